// Stand-ins for the seams: time that moves when told, requests that are answered when told.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "agent/net/http.h"
#include "agent/seams/clock.h"
#include "agent/seams/random.h"

namespace nephoscope {

class FakeClock : public Clock {
 public:
  absl::Time Now() override { return now + stepped; }
  absl::Duration SinceBoot() override { return now - absl::FromUnixSeconds(1'799'000'000); }
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  absl::Duration stepped = absl::ZeroDuration();  // how far the wall clock was set
};

class FakeRandom : public Random {
 public:
  double Uniform() override { return 0.5; }
};

// Keeps requests until Wait, which answers them all through `answer`.
class FakeHttp : public HttpClient {
 public:
  void Send(HttpRequest request, Done done) override { sent.emplace_back(std::move(request), std::move(done)); }
  void Wait(absl::Duration timeout) override {
    last_wait = timeout;
    std::deque<std::pair<HttpRequest, Done>> now;
    std::swap(now, sent);
    for (auto& [request, done] : now) {
      urls.push_back(request.url);
      done(answer(request));
    }
  }
  void Wake() override { ++wakes; }
  int in_flight() const override { return static_cast<int>(sent.size()); }

  std::function<HttpResponse(const HttpRequest&)> answer = [](const HttpRequest&) {
    HttpResponse out;
    out.status = 200;
    return out;
  };
  std::deque<std::pair<HttpRequest, Done>> sent;
  std::vector<std::string> urls;
  absl::Duration last_wait;
  int wakes = 0;
};

class NoFiles : public FileReader {
 public:
  absl::StatusOr<std::vector<Found>> List(const std::string&) override { return std::vector<Found>{}; }
  absl::StatusOr<std::unique_ptr<ByteStream>> Open(const std::string& path) override { return absl::NotFoundError(path + " is not there"); }
};

}  // namespace nephoscope
