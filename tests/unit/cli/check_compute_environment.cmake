# Starts `cmr version` with OMP_WAIT_POLICY as GIVEN says ("" unsets it) and looks for EXPECTED.
# cmake -DCMR=... -DGIVEN=... -DEXPECTED=... -P check_compute_environment.cmake
unset(ENV{CMR_BLAS_CHOSEN})
unset(ENV{LD_LIBRARY_PATH})
if(GIVEN)
  set(ENV{OMP_WAIT_POLICY} "${GIVEN}")
else()
  unset(ENV{OMP_WAIT_POLICY})
endif()
execute_process(COMMAND ${CMR} version OUTPUT_VARIABLE said RESULT_VARIABLE code)
if(NOT code EQUAL 0 OR NOT said MATCHES "OpenMP threads wait: ${EXPECTED}\n")
  message(FATAL_ERROR "expected threads that wait ${EXPECTED}, got (${code}): ${said}")
endif()
