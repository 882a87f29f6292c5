# Run by CPack between installing and packaging: what Debian's policy asks for beyond `make install`.
file(READ ${CMAKE_CURRENT_LIST_DIR}/../debian/copyright copyright)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # $SOURCE_DATE_EPOCH, where that is set
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
set(changelog "pairalign (${version}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}; changelog.gz tells what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")

set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
foreach(package runtime:pairalign dev:libpairalign-dev shared:${CPACK_DEBIAN_SHARED_PACKAGE_NAME})
  string(REPLACE ":" "${CPACK_PACKAGING_INSTALL_PREFIX}/share/doc/" folder ${package})
  file(WRITE ${root}/${folder}/copyright "${copyright}")
  file(WRITE ${root}/${folder}/changelog.Debian "${changelog}")
endforeach()

set(share ${root}/runtime${CPACK_PACKAGING_INSTALL_PREFIX}/share)
file(RENAME ${share}/doc/pairalign/CHANGELOG.md ${share}/doc/pairalign/changelog)
# The text of the licence is on every Debian system.
file(REMOVE ${share}/doc/pairalign/LICENSE)
file(CREATE_LINK ../../common-licenses/Apache-2.0 ${share}/doc/pairalign/LICENSE SYMBOLIC)
if(EXISTS ${share}/zsh/site-functions)  # which Debian's zsh looks into below /usr/local alone
  file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
endif()

file(GLOB_RECURSE documents ${root}/*/changelog ${root}/*/changelog.Debian ${share}/man/*.[1-8])
execute_process(COMMAND gzip -9n ${documents} COMMAND_ERROR_IS_FATAL ANY)
