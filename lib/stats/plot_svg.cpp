#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "stats/plot.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

// All sizes in pixels.
constexpr double kPanelWidth = 480;
constexpr double kPanelHeight = 310;
constexpr std::size_t kColumns = 2;
constexpr double kHeader = 68;
constexpr double kLeft = 66;    // room beside the plot area for ticks and label
constexpr double kRight = 22;   // for half of the last tick
constexpr double kTop = 36;     // for the title; rows of the legend come on top
constexpr double kBottom = 50;  // for ticks and label
constexpr double kLegendRow = 16;
constexpr double kBandLabel = 18;  // a strip above the plot area
constexpr double kTextSize = 11;
// Approximate letter width of the widest common sans-serif font, relative to the font size.
constexpr double kLetter = 0.62;
// Steps along a line that are shorter than this are not drawn.
constexpr double kMinStep = 0.7;

// Okabe and Ito (2008): distinguishable for the colour-blind too. Their yellow is too pale on
// white.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                    "#56b4e9", "#e69f00", "#000000", "#777777"};
constexpr std::size_t kColourCount = std::size(kColours);

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

double text_width(std::string_view text, double size) {
  return static_cast<double>(letters(text)) * kLetter * size;
}

// `text`, truncated to a width with an ellipsis if it is longer.
std::string fitted(const std::string& text, double width, double size) {
  std::string valid = tokens::valid_utf8(text);
  if (text_width(valid, size) <= width) return valid;
  const auto most = static_cast<std::size_t>(std::max(1.0, width / (kLetter * size)));
  std::size_t end = 0;
  for (std::size_t seen = 0; end < valid.size(); ++end) {
    if ((valid[end] & 0xc0) != 0x80 && ++seen == most) break;
  }
  return valid.substr(0, end) + "…";
}

// The names of the lines, each once, in order of first appearance.
std::vector<std::string> names_of(const std::vector<Line>& lines) {
  std::vector<std::string> names;
  for (const Line& line : lines) {
    if (line.name.empty() || std::count(names.begin(), names.end(), line.name) > 0) continue;
    names.push_back(line.name);
  }
  return names;
}

class PanelDrawing {
 public:
  explicit PanelDrawing(const Panel& panel) : panel_(panel), names_(names_of(panel.lines)) {
    lay_out_legend();
    if (!panel_.bands.empty()) top_ += kBandLabel;
  }

  std::string svg() {
    text(kLeft, 22, "start", 13, panel_.title, kPanelWidth - kLeft, " font-weight=\"bold\"");
    draw_bands();
    draw_axes();
    draw_bars();
    for (const Line& line : panel_.lines)
      draw_line(line);
    draw_legend();
    if (panel_.bars.empty() && panel_.lines.empty()) {
      text((kLeft + right_) / 2, (top_ + bottom_) / 2, "middle", 13, "no data", right_ - kLeft);
    }
    return std::move(out_);
  }

 private:
  // From left to right, in as many rows as it takes. A single line needs no legend.
  void lay_out_legend() {
    constexpr double kSample = 22;  // the stroke in front of a name
    constexpr double kGap = 12;
    if (names_.size() < 2) return;
    Point place{kLeft, kTop};
    for (const std::string& name : names_) {
      const double width = kSample + text_width(name, kTextSize) + kGap;
      if (place.x > kLeft && place.x + width > kPanelWidth) {
        place = {kLeft, place.y + kLegendRow};
      }
      legend_.push_back(place);
      place.x += width;
    }
    top_ = place.y + kLegendRow;
  }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void text(double x, double y, const char* anchor, double size, const std::string& what,
            double width, const char* more = "") {
    add("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{:g}\"{}>{}</text>\n", x, y,
        anchor, size, more, tokens::xml_text(fitted(what, width, size)));
  }

  void stroke(double x1, double y1, double x2, double y2, const char* colour,
              const char* more = "") {
    add("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"{}/>\n", x1, y1,
        x2, y2, colour, more);
  }

  void rectangle(double x, double y, double width, double height, const char* colour) {
    add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y,
        width, height, colour);
  }

  static double part(const Axis& axis, double value) {
    return axis.logarithmic ? std::log10(value / axis.low) / std::log10(axis.high / axis.low)
                            : (value - axis.low) / (axis.high - axis.low);
  }
  double x_of(double value) const { return kLeft + part(panel_.x, value) * (right_ - kLeft); }
  double y_of(double value) const { return bottom_ - part(panel_.y, value) * (bottom_ - top_); }

  const char* colour(const std::string& name) const {
    const auto place = std::find(names_.begin(), names_.end(), name) - names_.begin();
    return kColours[static_cast<std::size_t>(place) % kColourCount];
  }

  void draw_bands() {
    bool shaded = true;
    for (const Band& band : panel_.bands) {
      const double left = x_of(band.low);
      const double width = x_of(band.high) - left;
      const double top = top_ - kBandLabel;
      if (shaded) rectangle(left, top, width, bottom_ - top, "#f2f2f2");
      shaded = !shaded;
      if (text_width("…", kTextSize) * 3 > width) continue;
      text(left + width / 2, top_ - 5, "middle", kTextSize, band.label, width, " fill=\"#555555\"");
    }
  }

  void draw_axes() {
    for (const Tick& tick : panel_.y.ticks) {
      const double y = y_of(tick.at);
      stroke(kLeft, y, right_, y, "#dddddd");
      text(kLeft - 6, y + 4, "end", kTextSize, tick.label, kLeft);
    }
    for (const Tick& tick : panel_.x.ticks) {
      const double x = x_of(tick.at);
      stroke(x, bottom_, x, bottom_ + 4, "#555555");
      text(x, bottom_ + 17, "middle", kTextSize, tick.label, kLeft);
    }
    stroke(kLeft, bottom_, right_, bottom_, "#555555");
    stroke(kLeft, top_, kLeft, bottom_, "#555555");
    text((kLeft + right_) / 2, kPanelHeight - 14, "middle", kTextSize, panel_.x.label,
         right_ - kLeft);
    const std::string turn =
        fmt::format(" transform=\"rotate(-90 14 {:.1f})\"", (top_ + bottom_) / 2);
    text(14, (top_ + bottom_) / 2, "middle", kTextSize, panel_.y.label, bottom_ - top_,
         turn.c_str());
  }

  void draw_bars() {
    for (const Bar& bar : panel_.bars) {
      if (bar.value <= 0) continue;
      const double left = x_of(bar.low);
      // A gap between neighbours; non-empty bars are visible, however low.
      const double width = std::max(1.0, x_of(bar.high) - left - 1);
      const double height = std::max(1.0, bottom_ - y_of(bar.value));
      rectangle(left + 0.5, bottom_ - height, width, height, kColours[0]);
    }
  }

  void draw_line(const Line& line) {
    const char* paint = colour(line.name);
    std::string points;
    double drawn_x = 0, drawn_y = 0;
    for (std::size_t i = 0; i < line.points.size(); ++i) {
      const double x = x_of(line.points[i].x);
      const double y = y_of(line.points[i].y);
      const bool close = std::abs(x - drawn_x) < kMinStep && std::abs(y - drawn_y) < kMinStep;
      if (close && i > 0 && i + 1 < line.points.size()) continue;
      drawn_x = x, drawn_y = y;
      fmt::format_to(std::back_inserter(points), "{}{:.1f},{:.1f}", points.empty() ? "" : " ", x,
                     y);
      if (line.markers || line.points.size() == 1) {
        add("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n", x, y, paint);
      }
    }
    if (line.points.size() < 2) return;
    add("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"{}/>\n", points,
        paint, line.dashed ? " stroke-dasharray=\"5 3\"" : "");
  }

  void draw_legend() {
    for (std::size_t i = 0; i < legend_.size(); ++i) {
      const auto [x, y] = legend_[i];
      stroke(x, y + 2, x + 16, y + 2, colour(names_[i]), " stroke-width=\"3\"");
      text(x + 21, y + 6, "start", kTextSize, names_[i], kPanelWidth - kLeft);
    }
  }

  const Panel& panel_;
  std::vector<std::string> names_;
  std::vector<Point> legend_;  // a place for each name
  double top_ = kTop;
  double bottom_ = kPanelHeight - kBottom;
  double right_ = kPanelWidth - kRight;
  std::string out_;
};

}  // namespace

std::string to_svg(const Figure& figure) {
  const std::size_t columns = std::clamp<std::size_t>(figure.panels.size(), 1, kColumns);
  const std::size_t rows = (figure.panels.size() + columns - 1) / columns;
  const double width = kPanelWidth * static_cast<double>(columns) + kRight;
  const double height = kHeader + kPanelHeight * static_cast<double>(rows);
  // The header is no wider than the document, however long the names in it.
  const auto header = [&](double size, const std::string& text) {
    return tokens::xml_text(fitted(text, width - 2 * kRight, size));
  };
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
      "viewBox=\"0 0 {0:g} {1:g}\" font-family=\"DejaVu Sans, Verdana, Helvetica, sans-serif\" "
      "fill=\"#222222\">\n"
      "<title>{2}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
      "<text x=\"{3:g}\" y=\"32\" font-size=\"16\" font-weight=\"bold\">{2}</text>\n"
      "<text x=\"{3:g}\" y=\"52\" font-size=\"12\" fill=\"#555555\">{4}</text>\n",
      width, height, header(16, figure.title), kRight, header(12, figure.subtitle));
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const std::size_t row = i / columns, column = i % columns;
    out += fmt::format("<g transform=\"translate({:g} {:g})\">\n",
                       kPanelWidth * static_cast<double>(column),
                       kHeader + kPanelHeight * static_cast<double>(row));
    out += PanelDrawing(figure.panels[i]).svg() + "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace pairalign::stats
