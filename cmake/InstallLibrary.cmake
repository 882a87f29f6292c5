# Headers, libraries and the two descriptions of libpairalign, for CMake and for pkg-config. Both find
# the rest from where they lie themselves: an installed tree may be moved, or stand below a DESTDIR.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/pairalign)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS ${libraries} EXPORT pairalign ARCHIVE COMPONENT dev
        LIBRARY COMPONENT shared NAMELINK_COMPONENT dev)
install(CODE "
  set(SOURCE \"${PROJECT_SOURCE_DIR}\")
  set(STAGE \"${PROJECT_BINARY_DIR}/public-headers\")
  set(DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}/pairalign\")
  include(\"${CMAKE_CURRENT_LIST_DIR}/PublicHeaders.cmake\")" COMPONENT dev)
install(EXPORT pairalign NAMESPACE pairalign:: FILE pairalign-targets.cmake
        DESTINATION ${package_folder} COMPONENT dev)

set(model_path ${CMAKE_INSTALL_DATADIR}/pairalign/default.safetensors)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/pairalign-config.cmake.in
  ${PROJECT_BINARY_DIR}/pairalign-config.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS model_path NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pairalign-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/pairalign-config.cmake
  ${PROJECT_BINARY_DIR}/pairalign-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/PairalignDependencies.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindOneDNN.cmake
  DESTINATION ${package_folder} COMPONENT dev)

file(RELATIVE_PATH pkgconfig_to_prefix /${pkgconfig_folder} /)
string(REGEX REPLACE "/$" "" pkgconfig_to_prefix ${pkgconfig_to_prefix})
configure_file(${CMAKE_CURRENT_LIST_DIR}/pairalign.pc.in ${PROJECT_BINARY_DIR}/pairalign.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pairalign.pc DESTINATION ${pkgconfig_folder} COMPONENT dev)
