#include "agent/store/event_codec.h"

#include <cstdint>

#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr int kRawDeflate = -15;  // window of 32 KiB, no header
constexpr int kLevel = 6, kMemory = 8;
constexpr std::uint64_t kLargest = std::uint64_t{64} << 20;

const Bytef* Bytes(absl::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

void PutVarint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

bool TakeVarint(absl::string_view& in, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 35 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

EventCodec::EventCodec() {
  CHECK(deflateInit2(&deflate_, kLevel, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  CHECK(inflateInit2(&inflate_, kRawDeflate) == Z_OK);
}

EventCodec::~EventCodec() {
  deflateEnd(&deflate_);
  inflateEnd(&inflate_);
}

std::string EventCodec::Pack(absl::string_view text, absl::string_view like) {
  std::string out;
  PutVarint(text.size(), out);
  const std::size_t head = out.size();
  CHECK(deflateReset(&deflate_) == Z_OK);
  if (!like.empty()) CHECK(deflateSetDictionary(&deflate_, Bytes(like), static_cast<uInt>(like.size())) == Z_OK);
  out.resize(head + deflateBound(&deflate_, text.size()));
  deflate_.next_in = const_cast<Bytef*>(Bytes(text));
  deflate_.avail_in = static_cast<uInt>(text.size());
  deflate_.next_out = reinterpret_cast<Bytef*>(out.data() + head);
  deflate_.avail_out = static_cast<uInt>(out.size() - head);
  CHECK(deflate(&deflate_, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - deflate_.avail_out);
  return out;
}

bool EventCodec::Unpack(absl::string_view packed, absl::string_view like, std::string& text) {
  std::uint64_t size = 0;
  if (!TakeVarint(packed, size) || size > kLargest) return false;
  CHECK(inflateReset(&inflate_) == Z_OK);
  if (!like.empty() && inflateSetDictionary(&inflate_, Bytes(like), static_cast<uInt>(like.size())) != Z_OK) return false;
  text.resize(size + 1);  // one more: text that goes on is noticed
  inflate_.next_in = const_cast<Bytef*>(Bytes(packed));
  inflate_.avail_in = static_cast<uInt>(packed.size());
  inflate_.next_out = reinterpret_cast<Bytef*>(text.data());
  inflate_.avail_out = static_cast<uInt>(text.size());
  const int code = inflate(&inflate_, Z_FINISH);
  const std::size_t found = text.size() - inflate_.avail_out;
  text.resize(found);
  return code == Z_STREAM_END && found == size;
}

}  // namespace nephoscope
