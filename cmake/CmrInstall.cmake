# `cmake --install build/release --prefix /usr`: the plugin where Debian's Orthanc looks for plugins,
# the program, the model packages, the rules that ship, the viewer's configuration and
# the documents. The components are the Debian packages of CmrPackages.
include(GNUInstallDirs)
set(CMR_DATA ${CMAKE_INSTALL_DATADIR}/orthanc-cmr)

if(TARGET cmr)
  install(TARGETS cmr RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()
if(TARGET OrthancCMR)
  # As Debian's own plugins: the library below lib, a link where Orthanc looks.
  install(TARGETS OrthancCMR LIBRARY DESTINATION lib/orthanc COMPONENT plugin)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/link)
  file(CREATE_LINK ../../../lib/orthanc/libOrthancCMR.so
    ${CMAKE_BINARY_DIR}/generated/link/libOrthancCMR.so SYMBOLIC)
  install(FILES ${CMAKE_BINARY_DIR}/generated/link/libOrthancCMR.so
    DESTINATION ${CMAKE_INSTALL_DATADIR}/orthanc/plugins COMPONENT plugin)
endif()
foreach(package starter)
  if(EXISTS ${PROJECT_SOURCE_DIR}/models/${package}/manifest.json)
    install(DIRECTORY models/${package} DESTINATION ${CMR_DATA}/models COMPONENT starter)
  endif()
endforeach()
install(FILES config/default-rules.json config/rules.schema.json
  DESTINATION ${CMR_DATA} COMPONENT tools)
install(FILES packaging/viewer/ohif-app-config.js DESTINATION ${CMR_DATA}/viewer COMPONENT tools)
execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/packaging/debian/cmr.1
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/generated/cmr.1.gz)
install(FILES ${CMAKE_BINARY_DIR}/generated/cmr.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
  COMPONENT tools)
install(FILES packaging/debian/cmr.bash-completion
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME cmr COMPONENT tools)
file(GLOB documents ${PROJECT_SOURCE_DIR}/docs/*.md)
# In the folders of the source, so that their links lead somewhere.
set(CMR_DOCUMENTS ${CMAKE_INSTALL_DATADIR}/doc/cmr-tools)
install(FILES README.md DESTINATION ${CMR_DOCUMENTS} COMPONENT tools)
install(FILES ${documents} DESTINATION ${CMR_DOCUMENTS}/docs COMPONENT tools)
install(DIRECTORY docs/images DESTINATION ${CMR_DOCUMENTS}/docs COMPONENT tools)
install(FILES packaging/container/README.md DESTINATION ${CMR_DOCUMENTS}/packaging/container
  COMPONENT tools)
install(FILES packaging/viewer/ohif-app-config.js DESTINATION ${CMR_DOCUMENTS}/packaging/viewer
  COMPONENT tools)
install(FILES packaging/authorization/orthanc-authorization.json
  DESTINATION ${CMR_DATA}/authorization COMPONENT tools)
install(FILES packaging/demo-data/README.md DESTINATION ${CMR_DOCUMENTS}/packaging/demo-data
  COMPONENT tools)
install(FILES config/default-rules.json DESTINATION ${CMR_DOCUMENTS}/config COMPONENT tools)
install(FILES models/starter/MODEL_CARD.md DESTINATION ${CMR_DOCUMENTS}/models/starter
  COMPONENT tools)
