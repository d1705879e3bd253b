// Where in a JSON document something stands, for messages that people can follow.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "analysis/errors.h"

namespace cmr {

// What is wrong with a document, and where.
class DocumentError : public InputError {
 public:
  DocumentError(const std::string& message, std::string pointer)
      : InputError(message), pointer_(std::move(pointer)) {}
  const std::string& pointer() const { return pointer_; }  // RFC 6901; empty: the whole document

 private:
  std::string pointer_;
};

// A value inside a document, in words ("site.json: rules[2].when[0].min") and as a JSON pointer
// ("/rules/2/when/0/min").
class DocumentPlace {
 public:
  explicit DocumentPlace(const std::string& document) : words_(document + ":") {}

  DocumentPlace at(const std::string& key) const;
  DocumentPlace at(std::size_t index) const;
  const std::string& pointer() const { return pointer_; }
  const std::string& words() const { return words_; }
  // Throws DocumentError: the place, a space, the sentence.
  [[noreturn]] void refuse(const std::string& sentence) const;

 private:
  std::string words_;
  std::string pointer_;
};

// Line and column (both from 1) at which the value stands that the pointer names; the nearest
// enclosing value when it does not exist. `text` is JSON with comments that was parsed before.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};
TextPosition positionOf(std::string_view text, const std::string& pointer);

}  // namespace cmr
