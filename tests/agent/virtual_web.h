// A web in virtual time: each request is answered as `behave` says, and waiting for it moves the clock.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/agent/fakes.h"

namespace nephoscope {

class VirtualWeb : public HttpClient {
 public:
  struct Reply {
    absl::Duration after;
    HttpResponse response;
  };

  // `stamps`: what answers are stamped by.
  VirtualWeb(FakeClock& clock, Clock& stamps) : clock_(clock), stamps_(stamps) {}

  void Send(HttpRequest request, Done done) override {
    asked[request.url].push_back(clock_.SinceBoot());
    Reply reply = behave(request);
    if (reply.after >= request.timeout) {
      reply.after = request.timeout;
      reply.response = {};
      reply.response.transport = absl::DeadlineExceededError(request.url + " gave no answer");
    }
    reply.response.total = reply.after;
    running_.push_back({clock_.SinceBoot() + reply.after, std::move(reply.response), std::move(done)});
  }

  void Wait(absl::Duration timeout) override {
    if (!Deliver() && timeout > absl::ZeroDuration()) {
      absl::Duration wait = timeout;
      for (const Running& one : running_) wait = std::min(wait, one.due - clock_.SinceBoot());
      clock_.now += std::max(wait, absl::Milliseconds(1));
      Deliver();
    }
  }

  void Wake() override {}
  int in_flight() const override { return static_cast<int>(running_.size()); }

  std::function<Reply(const HttpRequest&)> behave;
  std::map<std::string, std::vector<absl::Duration>> asked;  // when, by URL

 private:
  struct Running {
    absl::Duration due;
    HttpResponse response;
    Done done;
  };

  bool Deliver() {
    std::vector<Running> now;
    for (std::size_t i = 0; i < running_.size();) {
      if (running_[i].due > clock_.SinceBoot()) {
        ++i;
        continue;
      }
      now.push_back(std::move(running_[i]));
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (Running& one : now) {
      one.response.received = stamps_.Now();
      one.done(std::move(one.response));
    }
    return !now.empty();
  }

  FakeClock& clock_;
  Clock& stamps_;
  std::vector<Running> running_;
};

}  // namespace nephoscope
