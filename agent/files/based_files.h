// A FileReader whose relative paths start in the configuration's folder, wherever the agent was started.
#pragma once

#include <memory>
#include <string>

#include "agent/net/http.h"

namespace nephoscope {

std::unique_ptr<FileReader> MakeBasedFileReader(std::string directory, std::unique_ptr<FileReader> inner);

}  // namespace nephoscope
