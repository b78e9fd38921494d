#include "agent/files/based_files.h"

#include <utility>

#include "agent/config.h"

namespace nephoscope {
namespace {

class BasedFileReader : public FileReader {
 public:
  BasedFileReader(std::string directory, std::unique_ptr<FileReader> inner) : directory_(std::move(directory)), inner_(std::move(inner)) {}

  absl::StatusOr<std::vector<Found>> List(const std::string& pattern) override { return inner_->List(ResolvePath(directory_, pattern)); }
  absl::StatusOr<std::unique_ptr<ByteStream>> Open(const std::string& path) override { return inner_->Open(path); }  // a path that List gave

 private:
  std::string directory_;
  std::unique_ptr<FileReader> inner_;
};

}  // namespace

std::unique_ptr<FileReader> MakeBasedFileReader(std::string directory, std::unique_ptr<FileReader> inner) {
  return std::make_unique<BasedFileReader>(std::move(directory), std::move(inner));
}

}  // namespace nephoscope
