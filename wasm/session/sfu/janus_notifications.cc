// SPDX-License-Identifier: Apache-2.0
// What a place in a Janus room tells, as JSON for JavaScript.
#include "wasm/session/json.h"
#include "wasm/session/sfu/janus.h"

namespace tessera::session::sfu {
namespace {

struct Writer {
  JsonWriter out;

  void open(std::string_view type) {
    out.beginObject();
    text("type", type);
  }
  void text(std::string_view name, std::string_view value) {
    out.key(name);
    out.string(value);
  }
  void number(std::string_view name, int value) {
    out.key(name);
    out.integer(value);
  }
  void flag(std::string_view name, bool value) {
    out.key(name);
    out.boolean(value);
  }

  void operator()(const notification::StateChanged& x) {
    open("StateChanged");
    text("state", toString(x.state));
    number("reconnections", x.reconnections);
  }
  void operator()(const notification::SourceAdded& x) {
    open("SourceAdded");
    text("participantId", x.participant_id);
    out.key("source");
    out.beginObject();
    text("id", x.source.id);
    text("kind", toString(x.source.kind));
    text("content", toString(x.source.content));
    flag("muted", x.source.muted);
    out.endObject();
    text("mid", x.mid);
  }
  void operator()(const notification::SourceRemoved& x) {
    open("SourceRemoved");
    text("participantId", x.participant_id);
    text("sourceId", x.source_id);
  }
  void operator()(const notification::LayerChanged& x) {
    open("LayerChanged");
    text("participantId", x.participant_id);
    text("sourceId", x.source_id);
    if (x.spatial) number("spatial", *x.spatial);
    if (x.temporal) number("temporal", *x.temporal);
  }
  void operator()(const notification::SlowLink& x) {
    open("SlowLink");
    flag("uplink", x.uplink);
    number("lost", x.lost);
  }
  void operator()(const notification::Warning& x) {
    open("Warning");
    text("code", x.code);
    text("message", x.message);
  }
  void operator()(const notification::Closed& x) {
    open("Closed");
    text("code", x.code);
    text("message", x.message);
  }
};

}  // namespace

std::string toJson(const JanusNotification& notification) {
  Writer writer;
  std::visit(writer, notification);
  writer.out.endObject();
  return writer.out.take();
}

}  // namespace tessera::session::sfu
