// Who may ask what, until there are credentials: a page of another site may not reach an agent that listens on loopback
// (Host, Origin), and only this machine or who has the token may change anything (POST).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/http/admin_server.h"

namespace nephoscope {

// `token`: what POST from another machine needs, as `Authorization: Bearer TOKEN`; empty: none is taken.
// Returns the refusal, with what to do; absent: the request is welcome.
std::optional<AdminResponse> RefuseAdmin(const AdminRequest& request, absl::string_view token);

}  // namespace nephoscope
