# Tests with real peers: one CTest test per file. deploy/install-tests.sh puts the peers into the cache.
if(DEFINED ENV{NEPHOSCOPE_CACHE})
  set(NEPHOSCOPE_CACHE $ENV{NEPHOSCOPE_CACHE})
else()
  set(NEPHOSCOPE_CACHE $ENV{HOME}/.cache/nephoscope)
endif()
file(GLOB integration_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
if(NOT NEPHOSCOPE_SANITIZER)
  foreach(file ${integration_tests})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    add_test(NAME integration.${name} COMMAND ${NEPHOSCOPE_CACHE}/venv-1/bin/python -m pytest -q -x -p no:cacheprovider ${file})
    set_tests_properties(integration.${name} PROPERTIES LABELS integration RUN_SERIAL ON TIMEOUT 300
      ENVIRONMENT "NEPHOSCOPE_BINARY=$<TARGET_FILE:nephoscope>;NEPHOSCOPE_SAMPLE_BILL=$<TARGET_FILE:sample_bill>;NEPHOSCOPE_SHARED=${NEPHOSCOPE_SHARED};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
  set_tests_properties(integration.quickstart PROPERTIES LABELS "integration;slow" TIMEOUT 1800)  # it builds the release
endif()
