# What is there to be read: documents, manual pages, and completions where each shell looks for them.
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

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
