# Run while installing: include/pairalign and all that it includes from lib/, with
#   #include "FOLDER/NAME.hpp"  →  #include <pairalign/FOLDER/NAME.hpp>
# so that a program that uses the library may have folders of the same names.
# SOURCE: of the project; STAGE: a folder to write to; DESTINATION: of the headers.
file(REMOVE_RECURSE ${STAGE})

function(stage_header from name)
  if(EXISTS ${STAGE}/${name})
    return()
  endif()
  file(READ ${from} text)
  string(REGEX MATCHALL "#include \"[^\"\n]+\"" included "${text}")
  string(REGEX REPLACE "#include \"([^\"\n]+)\"" "#include <pairalign/\\1>" text "${text}")
  file(WRITE ${STAGE}/${name} "${text}")
  foreach(line IN LISTS included)
    string(REGEX REPLACE "#include \"(.+)\"" "\\1" header "${line}")
    stage_header(${SOURCE}/lib/${header} ${header})
  endforeach()
endfunction()

file(GLOB public ${SOURCE}/include/pairalign/*.hpp ${SOURCE}/include/pairalign/*.h)
foreach(header ${public})
  get_filename_component(name ${header} NAME)
  stage_header(${header} ${name})
endforeach()
file(INSTALL DESTINATION ${DESTINATION} TYPE DIRECTORY FILES ${STAGE}/)
