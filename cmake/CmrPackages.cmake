# `cpack` in the build folder: three Debian packages, of which apt brings the others with orthanc-cmr.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME orthanc-cmr)
set(CPACK_PACKAGE_VENDOR "Orthanc CMR")
set(CPACK_PACKAGE_CONTACT "The Orthanc CMR developers <orthanc-cmr@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL plugin tools starter)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)  # weights hardly shrink: xz takes minutes for a few per cent
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(version ${PROJECT_VERSION})
set(debian ${PROJECT_SOURCE_DIR}/packaging/debian)

# What every package holds by Debian's policy.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/debian)
execute_process(COMMAND gzip -9nc ${debian}/changelog
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/generated/debian/changelog.gz)
foreach(part "plugin;orthanc-cmr" "tools;cmr-tools" "starter;cmr-models-starter")
  list(GET part 0 component)
  list(GET part 1 name)
  install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/generated/debian/changelog.gz
    DESTINATION share/doc/${name} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
endforeach()

# The plugin, its settings and the folder of its queue. Settings lie outside of /usr.
install(FILES ${debian}/cmr.json DESTINATION /etc/orthanc COMPONENT plugin EXCLUDE_FROM_ALL)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_DEPENDS
  "orthanc (>= 1.10), cmr-tools (= ${version}), cmr-models-starter (>= ${version})")
set(CPACK_DEBIAN_PLUGIN_PACKAGE_RECOMMENDS orthanc-dicomweb)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_CONTROL_EXTRA
  "${debian}/conffiles;${debian}/postinst;${debian}/postrm;${debian}/triggers")
set(CPACK_COMPONENT_PLUGIN_DESCRIPTION "Cardiac MR analysis inside Orthanc
Sees every cardiac MR series that arrives in Orthanc, has it analysed by a process of
its own, and stores a segmentation, a report and a picture back into the study.
Research use, not for diagnosis.")

# The program, which the plugin starts.
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "libopenblas0-openmp, fonts-dejavu-core")
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS cmr-models-starter)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "Cardiac MR analysis on the command line
Measures a short-axis cine in a folder of DICOM files, trains and evaluates models, and
checks the routing rules of orthanc-cmr. Research use, not for diagnosis.")

# A model package is data.
set(CPACK_DEBIAN_STARTER_PACKAGE_ARCHITECTURE all)
set(CPACK_COMPONENT_STARTER_DESCRIPTION "Starter model for cardiac MR analysis
A vision transformer that marks the left ventricle on short-axis cines, with its model
card. Research use, not for diagnosis.")

include(CPack)
