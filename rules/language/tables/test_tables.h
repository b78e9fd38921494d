// The option tables of `tests:`, beside a rule and in files of their own.
#pragma once

#include "rules/model/option_table.h"

namespace nephoscope {

// One test beside a rule.
extern const OptionTable kTestOptions;
// A file of tests: apiVersion, rules, tests; each test may name the alert that it is about.
const OptionTable& TestFileOptions();

}  // namespace nephoscope
