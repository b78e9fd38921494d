// A server on loopback that does exactly what a test says, byte by byte; with TLS when asked.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

namespace nephoscope {

// A self-signed certificate for 127.0.0.1 that is good for `days` from now on.
class TestCertificate {
 public:
  explicit TestCertificate(int days) : key_(EVP_RSA_gen(2048)), cert_(X509_new()) {
    X509_set_version(cert_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert_), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert_), -86400);
    X509_gmtime_adj(X509_getm_notAfter(cert_), 86400L * days);
    X509_set_pubkey(cert_, key_);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert_), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(cert_, X509_get_subject_name(cert_));
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(cert_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(cert_, key_, EVP_sha256());
  }
  ~TestCertificate() {
    X509_free(cert_);
    EVP_PKEY_free(key_);
  }
  void WriteTo(const std::string& path) const {
    FILE* file = fopen(path.c_str(), "w");
    PEM_write_X509(file, cert_);
    fclose(file);
  }
  EVP_PKEY* key() const { return key_; }
  X509* cert() const { return cert_; }

 private:
  EVP_PKEY* key_;
  X509* cert_;
};

class LocalServer {
 public:
  // Called for each request with its bytes (head and, by Content-Length, body); what it returns is sent. An empty answer: close.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit LocalServer(Answer answer, const TestCertificate* certificate = nullptr) : answer_(std::move(answer)) {
    if (certificate != nullptr) {
      tls_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate(tls_, certificate->cert());
      SSL_CTX_use_PrivateKey(tls_, certificate->key());
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 16);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    std::signal(SIGPIPE, SIG_IGN);  // SSL_write to a client that went away
    thread_ = std::thread([this] { Run(); });
  }
  ~LocalServer() {
    stop_ = true;
    thread_.join();
    close(listener_);
    SSL_CTX_free(tls_);
  }

  int port() const { return port_; }
  std::string Url(const std::string& path = "/") const {
    return absl::StrCat(tls_ != nullptr ? "https" : "http", "://127.0.0.1:", port_, path);
  }
  int connections() const { return connections_; }

 private:
  bool Readable(int fd) const {
    for (pollfd p{fd, POLLIN, 0}; !stop_;)
      if (poll(&p, 1, 20) > 0) return true;
    return false;
  }

  void Run() {
    while (Readable(listener_)) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      Serve(fd);
      close(fd);
    }
  }

  void Serve(int fd) {
    SSL* ssl = nullptr;
    if (tls_ != nullptr) {
      ssl = SSL_new(tls_);
      SSL_set_fd(ssl, fd);
    }
    if (ssl == nullptr || SSL_accept(ssl) == 1) Converse(fd, ssl);
    SSL_free(ssl);
  }

  void Converse(int fd, SSL* ssl) {
    std::string in;
    char buffer[4096];
    while ((ssl != nullptr && SSL_pending(ssl) > 0) || Readable(fd)) {
      const long got = ssl != nullptr ? SSL_read(ssl, buffer, sizeof buffer) : recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      in.append(buffer, got);
      const auto head = in.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto length = in.find("Content-Length: ");
      const std::size_t body = length < head ? std::stoul(in.substr(length + 16)) : 0;
      if (in.size() < head + 4 + body) continue;
      const std::string out = answer_(in.substr(0, head + 4 + body));
      in.erase(0, head + 4 + body);
      if (out.empty()) return;
      if (ssl != nullptr) {
        SSL_write(ssl, out.data(), static_cast<int>(out.size()));
      } else {
        send(fd, out.data(), out.size(), MSG_NOSIGNAL);
      }
      if (out.find("Connection: close") != std::string::npos) return;
    }
  }

  Answer answer_;
  SSL_CTX* tls_ = nullptr;
  int listener_, port_;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace nephoscope
