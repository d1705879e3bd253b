#include "config/document_place.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "config/strict_json.h"

namespace cmr {
namespace {

// RFC 6901, section 3.
std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) {
    if (c == '~') {
      text.append("~0");
    } else if (c == '/') {
      text.append("~1");
    } else {
      text.push_back(c);
    }
  }
  return text;
}

// As it stands in words: anything but a name in quotes.
std::string shown(const std::string& key) {
  const auto ofNames = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '$'; };
  constexpr std::size_t longestName = 64;
  const bool isName =
      !key.empty() && key.size() <= longestName && std::all_of(key.begin(), key.end(), ofNames);
  return isName ? key : inQuotes(key);
}

std::vector<std::string> tokensOf(const std::string& pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size()) {
      tokens.back() += pointer[++i] == '0' ? '~' : '/';
    } else if (!tokens.empty()) {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

// Walks over a text that is known to be JSON with comments; on anything else it stops where it is.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::size_t find(const std::vector<std::string>& tokens) {
    skipBlank();
    std::size_t found = at_;
    for (const std::string& token : tokens) {
      if (!enter(token)) return found;
      found = at_;
    }
    return found;
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char here() const { return done() ? '\0' : text_[at_]; }

  void skipBlank() {
    while (!done()) {
      if (std::isspace(static_cast<unsigned char>(here())) != 0) {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  // From the opening quote to behind the closing one; escapes are kept but for the backslash.
  std::string readString() {
    std::string value;
    for (++at_; !done() && here() != '"'; ++at_) {
      if (here() == '\\') ++at_;
      value += here();
    }
    if (!done()) ++at_;
    return value;
  }

  void skipValue() {
    int depth = 0;
    while (!done()) {
      skipBlank();
      const char c = here();
      if (c == '"') {
        readString();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return;
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        if (depth == 0) return;
        ++at_;
        continue;
      } else if (!done()) {
        while (!done() && std::string_view(",:]}/ \t\r\n").find(here()) == std::string_view::npos)
          ++at_;
      }
      if (depth == 0) return;
    }
  }

  // To the member or element of this name of the value at hand.
  bool enter(const std::string& token) {
    const char kind = here();
    if (kind != '{' && kind != '[') return false;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skipBlank();
      if (here() == ',') ++at_;
      skipBlank();
      if (done() || here() == '}' || here() == ']') return false;
      std::string name = std::to_string(index);
      if (kind == '{') {
        if (here() != '"') return false;
        name = readString();
        skipBlank();
        if (here() == ':') ++at_;
        skipBlank();
      }
      if (name == token) return true;
      const std::size_t before = at_;
      skipValue();
      if (at_ == before) return false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

DocumentPlace DocumentPlace::at(const std::string& key) const {
  DocumentPlace inner = *this;
  inner.words_.append(pointer_.empty() ? " " : ".").append(shown(key));
  inner.pointer_.append("/").append(escaped(key));
  return inner;
}

DocumentPlace DocumentPlace::at(std::size_t index) const {
  DocumentPlace inner = *this;
  const std::string number = std::to_string(index);
  inner.words_.append(pointer_.empty() ? " [" : "[").append(number).append("]");
  inner.pointer_.append("/").append(number);
  return inner;
}

void DocumentPlace::refuse(const std::string& sentence) const {
  throw DocumentError(words_ + " " + sentence, pointer_);
}

TextPosition positionOf(std::string_view text, const std::string& pointer) {
  const std::size_t offset = Walker(text).find(tokensOf(pointer));
  TextPosition position;
  for (const char c : text.substr(0, offset)) {
    ++position.column;
    if (c != '\n') continue;
    ++position.line;
    position.column = 1;
  }
  return position;
}

}  // namespace cmr
