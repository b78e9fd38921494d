#include "agent/store/hash_chain.h"

#include "rules/model/sha256.h"

namespace nephoscope {

std::string ChainStart() { return std::string(32, '\0'); }

std::string ChainNext(absl::string_view previous, absl::string_view event) { return Sha256({previous, event}); }

}  // namespace nephoscope
