# libFuzzer targets (preset `fuzz`, clang): NAME_fuzz.cc with the seeds of corpus/NAME. Each runs for NEPHOSCOPE_FUZZ_SECONDS; what it finds is
# written beside the program as crash-*, and new paths to build/fuzz/corpus/NAME: keep the good ones.
set(NEPHOSCOPE_FUZZ_SECONDS 60 CACHE STRING "How long each target runs in ctest")

add_custom_target(fuzz)

# nephoscope_fuzz(NAME LIBS...)
function(nephoscope_fuzz name)
  add_executable(${name}_fuzz ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}_fuzz.cc)
  target_link_libraries(${name}_fuzz PRIVATE ${ARGN})
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz ${name}_fuzz)
  set(found ${CMAKE_BINARY_DIR}/corpus/${name})
  file(MAKE_DIRECTORY ${found})
  set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  if(name STREQUAL "rule_file")
    list(APPEND seeds ${CMAKE_CURRENT_SOURCE_DIR}/diagnostics ${CMAKE_SOURCE_DIR}/deploy/starter/rules)
  endif()
  add_test(NAME fuzz.${name} COMMAND ${name}_fuzz -max_total_time=${NEPHOSCOPE_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1
                                     -artifact_prefix=${CMAKE_BINARY_DIR}/crash-${name}- ${found} ${seeds})
  math(EXPR limit "${NEPHOSCOPE_FUZZ_SECONDS} + 120")
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT ${limit})
endfunction()

nephoscope_fuzz(rule_file nephoscope_language)
nephoscope_fuzz(scalars nephoscope_language)
nephoscope_fuzz(selector nephoscope_language)
nephoscope_fuzz(template nephoscope_language)
nephoscope_fuzz(state nephoscope_kinds nephoscope_language)
nephoscope_fuzz(exposition nephoscope_collectors)
nephoscope_fuzz(bill nephoscope_collectors)
nephoscope_fuzz(cloudwatch nephoscope_collectors)
nephoscope_fuzz(cloud_event nephoscope_exporters)
