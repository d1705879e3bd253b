# One GoogleTest program per room, its cases found by CTest.
include(CTest)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# Tests of the larger real series read CMR_SHARED_DATA; they say so and skip when it is absent.
set(CMR_SHARED_DATA "${PROJECT_SOURCE_DIR}/../shared/data" CACHE PATH "Real images for tests")

# A test's own code runs once: compiling it well costs more than it saves.
function(cmr_test_options target)
  target_compile_options(${target} PRIVATE -O0)
endfunction()

if(BUILD_TESTING)
  cmr_shared_headers(cmr_test_headers TEST
    HEADERS ${CMR_STANDARD_HEADERS} <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>
    LINK GTest::gtest GTest::gmock nlohmann_json::nlohmann_json)
endif()

# cmr_test(name SOURCES ... LINK ... [LABELS label] [HEADERS name]); the label is "unit" when none is
# given, the precompiled headers are those of every test.
function(cmr_test name)
  cmake_parse_arguments(T "" "HEADERS" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    CMR_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
    CMR_PACKAGES="${PROJECT_SOURCE_DIR}/models"
    CMR_DEMO_DATA="${PROJECT_SOURCE_DIR}/packaging/demo-data"
    CMR_SHARED_DATA="${CMR_SHARED_DATA}")
  cmr_warnings(${name})
  cmr_test_options(${name})
  if(NOT T_HEADERS)
    set(T_HEADERS cmr_test_headers)
  endif()
  cmr_use_headers(${name} ${T_HEADERS})
  # An empty or longer list of labels would shift the properties after it, the time limit with them.
  list(LENGTH T_LABELS labels)
  if(labels EQUAL 0)
    set(T_LABELS unit)
  elseif(labels GREATER 1)
    message(FATAL_ERROR "cmr_test(${name}): one label at most, not ${T_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 LABELS ${T_LABELS})
endfunction()
