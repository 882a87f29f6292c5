# `make deb`: pairalign (the tools and the model: all that an archive server needs), libpairalign (the
# shared library, for programs that use it) and libpairalign-dev (to build them; it would bring nine
# packages of headers to the server). By CPack and not a debian/ folder: it packages the files of the build that was tested, and
# version and lists of files stand in one place, where `make install` has them.
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL runtime shared dev)
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
Runs on an ordinary CPU, is language-independent and needs no transcripts. A trained
model is included.")

string(CONCAT CPACK_DEBIAN_SHARED_PACKAGE_NAME
  libpairalign ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(CPACK_DEBIAN_SHARED_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_SHARED_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_COMPONENT_SHARED_DESCRIPTION "speech to short symbolic strings (shared library)
The library behind the tools of pairalign, for programs that are linked with
it: decode audio, tokenise it, archive token strings and search them.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libpairalign-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
string(JOIN ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "pairalign (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})"
  "${CPACK_DEBIAN_SHARED_PACKAGE_NAME} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})"
  libdnnl-dev libebur128-dev libfmt-dev libkissfft-dev libmpg123-dev libmsgsl-dev libogg-dev libopus-dev
  libsndfile1-dev libsoxr-dev libvorbis-dev libxxhash-dev
  nlohmann-json3-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "speech to short symbolic strings (library)
What it takes to build programs with the library behind the tools of
pairalign, static or shared, for C++17: decode audio,
tokenise it, archive token strings and search them, train models.

With headers, and descriptions for CMake and pkg-config.")

set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/DebianDocuments.cmake)
include(CPack)
