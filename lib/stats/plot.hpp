// Small plots as one SVG document. Debian has no C++ library for SVG plots that is this small; a
// page of code suffices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pairalign::stats {

struct Tick {
  double at;
  std::string label;
};

/// An axis of a panel. Everything drawn lies in low .. high.
struct Axis {
  std::string label;  ///< the quantity and, in brackets, its unit
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  std::vector<Tick> ticks;  ///< ascending
};

/// The smallest step, 1, 2 or 5 times a power of ten, of which at most `most` cover `range` (> 0).
double round_step(double range, std::size_t most);

/// Widened to round ticks at both ends, at least `least_step` apart: 1 for an axis of counts.
Axis linear_axis(std::string label, double low, double high, double least_step = 0);

/// Widened to powers of ten at both ends; 0 < low ≤ high.
Axis logarithmic_axis(std::string label, double low, double high);

/// A number as shown in ticks and titles: 0.25, 1200, 250k, 3.5M.
std::string short_number(double value);
/// With thousands separators: 12,345.
std::string grouped_digits(std::uint64_t count);

struct Point {
  double x;
  double y;
};

/// Lines with the same name share a colour and a legend entry. A single point is drawn as a dot.
struct Line {
  std::string name;
  std::vector<Point> points;
  bool markers = false;
  bool dashed = false;
};

/// Drops the points for which `gone` holds, and then the lines, or curves, that have none.
template <class Curve, class Gone>
void drop_points(std::vector<Curve>& curves, Gone gone) {
  for (Curve& curve : curves) {
    curve.points.erase(std::remove_if(curve.points.begin(), curve.points.end(), gone),
                       curve.points.end());
  }
  curves.erase(std::remove_if(curves.begin(), curves.end(),
                              [](const Curve& curve) { return curve.points.empty(); }),
               curves.end());
}

/// A bar over low .. high of the x axis, from 0 up.
struct Bar {
  double low;
  double high;
  double value;
};

/// A part of the x axis, shaded differently from its neighbours.
struct Band {
  double low;
  double high;
  std::string label;
};

struct Panel {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Line> lines{};
  std::vector<Bar> bars{};
  std::vector<Band> bands{};
};

struct Figure {
  std::string title;
  std::string subtitle;
  std::vector<Panel> panels;
};

struct Weighted {
  Weighted(double of, double occurrences = 1) : value(of), weight(occurrences) {}
  double value;
  double weight;  ///< number of occurrences
};

/// A histogram of values, in at most 31 bins of a round width. Values that are multiples of `unit`
/// each cover the interval up to the next; 0: continuous values. A long thin tail is cut off, and
/// the title says how many values it has and where it ends.
Panel histogram(std::string title, std::string x_label, std::string y_label,
                std::vector<Weighted> values, double unit);

/// A standalone document with a white background, two panels per row, text as text. The same figure
/// gives the same bytes. Invalid UTF-8 becomes U+FFFD; a panel without bars and lines says so.
std::string to_svg(const Figure& figure);

}  // namespace pairalign::stats
