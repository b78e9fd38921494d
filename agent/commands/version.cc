#include <cstdio>

#include "agent/commands/commands.h"

namespace nephoscope {

int Version(bool json) {
  std::printf(json ? "{\"name\":\"nephoscope\",\"version\":\"%s\"}\n" : "nephoscope %s\n", NEPHOSCOPE_VERSION);
  return kExitOk;
}

}  // namespace nephoscope
