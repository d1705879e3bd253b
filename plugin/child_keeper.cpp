#include "plugin/child_keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "analysis/errors.h"
#include "plugin/descriptor.h"
#include "plugin/line_splitter.h"

namespace cmr {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

// How often the end of a child is looked for where the kernel has no pidfd_open(2) (before 5.3).
constexpr std::chrono::milliseconds pollInterval{50};

}  // namespace

class ChildKeeper::Impl {
 public:
  explicit Impl(LineCallback onLine)
      : lines_(std::move(onLine)), work_(asio::make_work_guard(io_)), timer_(io_) {
    thread_ = std::thread([this] { serve(); });
  }

  ~Impl() {
    kill();
    if (!waitForEnd(std::chrono::steady_clock::now() + killPatience)) io_.stop();
    work_.reset();
    thread_.join();
  }

  // The fork itself happens on the keeper's thread, whose death would kill the child.
  int start(const ChildSpec& spec) {
    if (running()) throw ResourceError("the process before it was killed and has not ended yet");
    // Shared, so that it outlives the keeper's call of set_value whatever the caller does then.
    const auto started = std::make_shared<std::promise<Start>>();
    asio::post(io_, [this, &spec, started] { started->set_value(tryStart(spec)); });
    Start start = started->get_future().get();
    if (start.failure) std::rethrow_exception(std::move(start.failure));
    return start.processId;
  }

  bool running() const {
    const std::lock_guard lock(mutex_);
    return child_ > 0;
  }

  void kill() {
    const std::lock_guard lock(mutex_);  // the child is reaped under it: never another's id
    if (child_ > 0) ::kill(child_, SIGKILL);
  }

  bool waitForEnd(TimePoint until) {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return child_ <= 0; };
    if (until == TimePoint::max()) {
      ended_.wait(lock, ended);
      return true;
    }
    return ended_.wait_until(lock, until, ended);
  }

  std::string lastEnd() const {
    const std::lock_guard lock(mutex_);
    return lastEnd_;
  }

  std::string lastLine() const {
    const std::lock_guard lock(mutex_);
    return lastLine_;
  }

 private:
  // An exception of a handler (no memory, a line that could not be logged) would end the archive
  // with its thread. What the handler watched is not watched any more: that child ends.
  void serve() noexcept {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (...) {
        endUnwatched();
      }
    }
  }

  void endUnwatched() {
    {
      const std::lock_guard lock(mutex_);
      if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
      }
    }
    standardError_.reset();
    end_.reset();
    timer_.cancel();
    ended_.notify_all();
  }

  struct Start {
    int processId = -1;
    std::exception_ptr failure;
  };

  // The failure leaves by a move once the handler has let go of it: the caller's thread alone then
  // owns the exception, and no count shared between threads decides who destroys it.
  Start tryStart(const ChildSpec& spec) {
    Start start;
    try {
      start.processId = startHere(spec);
    } catch (...) {
      start.failure = std::current_exception();
      endUnwatched();  // if it was forked, nobody would notice its end
    }
    return start;
  }

  int startHere(const ChildSpec& spec) {
    const StartedChild child = startChild(spec);
    Descriptor standardError(child.standardError);
    {
      const std::lock_guard lock(mutex_);
      child_ = child.processId;
      lastLine_.clear();
      lastEnd_.clear();
    }
    ::fcntl(standardError.get(), F_SETFL, O_NONBLOCK);
    standardError_.emplace(io_, standardError.get());
    standardError.release();
    readMore();
    watchEnd(child.processId);
    return child.processId;
  }

  // Waits and then reads what is there: no data is ever under way when the child's end is noticed.
  void readMore() {
    standardError_->async_wait(stream_descriptor::wait_read,
                               [this](const boost::system::error_code& error) {
                                 if (error || !standardError_) return;
                                 const ssize_t size = readOnce();
                                 if (size > 0 || (size < 0 && errno == EAGAIN)) readMore();
                               });
  }

  ssize_t readOnce() {
    const ssize_t size = ::read(standardError_->native_handle(), buffer_.data(), buffer_.size());
    if (size <= 0) return size;
    lines_.add({buffer_.data(), static_cast<std::size_t>(size)});
    const std::lock_guard lock(mutex_);
    lastLine_ = lines_.lastLine();
    return size;
  }

  void watchEnd(pid_t child) {
#ifdef SYS_pidfd_open
    Descriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (descriptor.get() >= 0) {
      ::fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC);
      end_.emplace(io_, descriptor.get());
      descriptor.release();
      end_->async_wait(stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (error != asio::error::operation_aborted) noticeEnd();
                       });
      return;
    }
#endif
    static_cast<void>(child);
    poll();
  }

  void poll() {
    timer_.expires_after(pollInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error != asio::error::operation_aborted) noticeEnd();
    });
  }

  void noticeEnd() {
    std::unique_lock lock(mutex_);
    if (child_ <= 0) return;
    int status = 0;
    const pid_t reaped = ::waitpid(child_, &status, WNOHANG);
    if (reaped == 0) {
      lock.unlock();
      poll();
      return;
    }
    lock.unlock();
    end_.reset();
    try {
      drainStandardError();
    } catch (...) {  // its last words are lost
      standardError_.reset();
    }
    lock.lock();
    // A negative answer means that somebody else has reaped it: it is gone all the same.
    try {
      lastEnd_ = reaped > 0 ? describeExit(status) : "ended";
    } catch (const std::bad_alloc&) {
      lastEnd_.clear();
    }
    child_ = -1;
    lock.unlock();
    ended_.notify_all();
  }

  // What the child wrote last often says why it died. Only what is there already: a grandchild
  // may hold the pipe open.
  void drainStandardError() {
    for (int pieces = 0; pieces < 64 && readOnce() > 0; ++pieces) continue;
    standardError_.reset();
    lines_.finish();
    const std::lock_guard lock(mutex_);
    lastLine_ = lines_.lastLine();
  }

  LineSplitter lines_;  // keeper's thread only
  std::array<char, 16384> buffer_{};
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  std::optional<stream_descriptor> standardError_;
  std::optional<stream_descriptor> end_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  pid_t child_ = -1;  // guarded by mutex_, as the next two
  std::string lastEnd_;
  std::string lastLine_;
  std::thread thread_;
};

ChildKeeper::ChildKeeper(LineCallback onLine) : impl_(std::make_unique<Impl>(std::move(onLine))) {}
ChildKeeper::~ChildKeeper() = default;
int ChildKeeper::start(const ChildSpec& spec) { return impl_->start(spec); }
bool ChildKeeper::running() const { return impl_->running(); }
void ChildKeeper::kill() { impl_->kill(); }
bool ChildKeeper::waitForEnd(TimePoint until) { return impl_->waitForEnd(until); }
std::string ChildKeeper::lastEnd() const { return impl_->lastEnd(); }
std::string ChildKeeper::lastLine() const { return impl_->lastLine(); }

}  // namespace cmr
