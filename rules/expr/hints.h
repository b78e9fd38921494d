// What to do about an expression that cannot be read, where people write what other languages have.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "rules/expr/lexer.h"

namespace nephoscope {

// `at`: the token that does not fit. Empty: nothing to say.
std::string HintAt(absl::Span<const ExprToken> tokens, std::size_t at);
// The function or aggregate that is meant; empty: none that we know of.
std::string FunctionMeant(absl::string_view name);

}  // namespace nephoscope
