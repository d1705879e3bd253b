# `cmake --install build/release --prefix /usr`: the plugin where Debian's Orthanc looks for plugins,
# the program, the model packages, the rules that ship, the viewer's configuration and
# the documents.
include(GNUInstallDirs)
set(CMR_DATA ${CMAKE_INSTALL_DATADIR}/orthanc-cmr)

if(TARGET cmr)
  install(TARGETS cmr RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET OrthancCMR)
  install(TARGETS OrthancCMR LIBRARY DESTINATION ${CMAKE_INSTALL_DATADIR}/orthanc/plugins)
endif()
foreach(package starter)
  if(EXISTS ${PROJECT_SOURCE_DIR}/models/${package}/manifest.json)
    install(DIRECTORY models/${package} DESTINATION ${CMR_DATA}/models)
  endif()
endforeach()
if(EXISTS ${PROJECT_SOURCE_DIR}/config/default-rules.json)
  install(FILES config/default-rules.json DESTINATION ${CMR_DATA})
endif()
install(FILES packaging/viewer/ohif-app-config.js DESTINATION ${CMR_DATA}/viewer)
file(GLOB documents ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES README.md LICENSE ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR})
