# What is there to be read: documents, manual pages, and completions where each shell looks for them.
# Documents and examples lie to one another as they do in the source, so that links lead somewhere.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md CITATION.cff LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB documents CONFIGURE_DEPENDS docs/*.md docs/*.svg docs/*.json)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
set(examples_folder ${CMAKE_INSTALL_DATADIR}/pairalign/examples)
install(DIRECTORY examples/ DESTINATION ${examples_folder} USE_SOURCE_PERMISSIONS
        PATTERN build EXCLUDE PATTERN __pycache__ EXCLUDE)
file(RELATIVE_PATH to_examples /${CMAKE_INSTALL_DOCDIR} /${examples_folder})
install(CODE "
  set(link \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}/examples\")
  file(CREATE_LINK \"${to_examples}\" \"\$ENV{DESTDIR}\${link}\" SYMBOLIC)
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${link}\")")

file(GLOB pages CONFIGURE_DEPENDS man/*.[1-8])
foreach(page ${pages})
  string(REGEX MATCH "[1-8]$" section ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

file(GLOB_RECURSE completions CONFIGURE_DEPENDS completions/*.bash)
foreach(completion ${completions})
  get_filename_component(tool ${completion} NAME_WLE)  # bash-completion loads a file by the command's name
  install(FILES ${completion} RENAME ${tool}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()
file(GLOB_RECURSE completions CONFIGURE_DEPENDS completions/_*)
install(FILES ${completions} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
file(GLOB_RECURSE completions CONFIGURE_DEPENDS completions/*.fish)
install(FILES ${completions} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
