# Installs the build folder BUILD below PREFIX and looks for what people rely on; PLUGIN is its path.
# cmake -DBUILD=... -DPREFIX=... -DPLUGIN=... -P check_installation.cmake
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX}
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "installing failed: ${said}")
endif()
foreach(path bin/cmr ${PLUGIN})
  if(NOT EXISTS ${PREFIX}/${path})
    message(FATAL_ERROR "${path} was not installed")
  endif()
endforeach()
execute_process(COMMAND ${PREFIX}/bin/cmr version RESULT_VARIABLE code OUTPUT_VARIABLE said)
file(REMOVE_RECURSE ${PREFIX})
if(NOT code EQUAL 0 OR NOT said MATCHES "Orthanc CMR")
  message(FATAL_ERROR "the installed program does not run: ${said}")
endif()
