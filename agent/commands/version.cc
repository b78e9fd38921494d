#include <cstdio>

#include "agent/commands/commands.h"
#include "rules/language/codes.h"

namespace nephoscope {

int Version(bool json) {
  std::printf(json ? "{\"name\":\"nephoscope\",\"version\":\"%s\"}\n" : "nephoscope %s\n", NEPHOSCOPE_VERSION);
  return kExitOk;
}

int HelpForCode(const std::string& code) {
  const char* help = HelpFor(code);
  if (help == nullptr) {
    std::fprintf(stderr, "no message has the code \"%s\"; codes look like R102 and stand in brackets behind \"error\"\n", code.c_str());
    return kExitUsage;
  }
  std::printf("%s: %s\n", code.c_str(), help);
  return kExitOk;
}

}  // namespace nephoscope
