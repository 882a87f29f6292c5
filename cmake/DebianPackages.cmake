# `make deb`: pairalign (the tools and the model: all that an archive server needs) and
# libpairalign-dev (for programs that link the library; it would bring nine packages of headers to the
# server). By CPack and not a debian/ folder: it packages the files of the build that was tested, and
# version and lists of files stand in one place, where `make install` has them.
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/deb)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
# No person is named who did not ask to be: whoever distributes packages puts a name here.
set(CPACK_PACKAGE_CONTACT "pairalign authors <pairalign@example.org>" CACHE STRING
    "Maintainer of Debian packages, Name <address>")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # it would go before the summary of each package

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME pairalign)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "speech to short symbolic strings
Turns recordings of speech into short strings of tokens, so that the same
words give nearly the same string, and archives these strings, searches them
by edit distance, measures them, and trains the tokenizer on one's own audio.
Runs on an ordinary CPU, knows no language and needs no transcripts. A trained
model is included.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libpairalign-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
string(JOIN ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "pairalign (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})"
  libdnnl-dev libfmt-dev libkissfft-dev libmsgsl-dev libsndfile1-dev libsoxr-dev libxxhash-dev
  nlohmann-json3-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "speech to short symbolic strings (library)
The static library behind the tools of pairalign, for C++17: decode audio,
tokenise it, archive token strings and search them, train models.

With headers, and descriptions for CMake and pkg-config.")

set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/DebianDocuments.cmake)
include(CPack)
