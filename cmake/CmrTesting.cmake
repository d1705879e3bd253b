# One GoogleTest program per room, its cases found by CTest.
include(CTest)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# Tests of the larger real series read CMR_SHARED_DATA; they say so and skip when it is absent.
set(CMR_SHARED_DATA "${PROJECT_SOURCE_DIR}/../shared/data" CACHE PATH "Real images for tests")

# cmr_test(name SOURCES ... LINK ... [LABELS label]); the label is "unit" when none is given.
function(cmr_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    CMR_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
    CMR_PACKAGES="${PROJECT_SOURCE_DIR}/models"
    CMR_DEMO_DATA="${PROJECT_SOURCE_DIR}/packaging/demo-data"
    CMR_SHARED_DATA="${CMR_SHARED_DATA}")
  cmr_warnings(${name})
  # A test's own code runs once: compiling it well costs more than it saves.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  # An empty or longer list of labels would shift the properties after it, the time limit with them.
  list(LENGTH T_LABELS labels)
  if(labels EQUAL 0)
    set(T_LABELS unit)
  elseif(labels GREATER 1)
    message(FATAL_ERROR "cmr_test(${name}): one label at most, not ${T_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 LABELS ${T_LABELS})
endfunction()
