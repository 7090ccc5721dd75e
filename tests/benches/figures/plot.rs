//! Pictures of what was measured.

use std::path::Path;

use plotters::prelude::{
    ChartBuilder, Circle, Color, IntoDrawingArea, IntoFont, IntoLogRange, LineSeries, PathElement, RGBColor,
    SVGBackend, SeriesLabelPosition, WHITE,
};

use crate::page::significant;

/// Colours that people who see fewer of them tell apart too (Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];
const FONT: &str = "sans-serif";

/// Draws lines over a logarithmic axis, as SVG.
pub(crate) fn lines(path: &Path, title: &str, x: &str, y: &str, series: &[(String, Vec<(f64, f64)>)]) {
    let points = || series.iter().flat_map(|(_, points)| points);
    let from = points().map(|(x, _)| *x).fold(f64::MAX, f64::min);
    let to = points().map(|(x, _)| *x).fold(f64::MIN, f64::max);
    // From zero, so that what is flat looks flat, and with room for the names above the lines.
    let highest = points().map(|(_, y)| *y).fold(0.0, f64::max) * 1.5;

    let area = SVGBackend::new(path, (800, 450)).into_drawing_area();
    area.fill(&WHITE).expect("the picture is drawn");
    let mut chart = ChartBuilder::on(&area)
        .caption(title, (FONT, 22))
        .margin(16)
        .margin_right(48)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d((from..to).log_scale(), 0.0..highest)
        .expect("the picture has axes");
    let mut mesh = chart.configure_mesh();
    mesh.x_desc(x).y_desc(y).label_style((FONT, 14).into_font()).light_line_style(WHITE);
    // So that only powers of ten have a label.
    mesh.x_labels(4);
    mesh.x_label_formatter(&|value| significant(*value)).y_label_formatter(&|value| significant(*value));
    mesh.draw().expect("the axes are drawn");
    for ((name, points), colour) in series.iter().zip(COLOURS) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        let line = chart.draw_series(line).expect("a line is drawn");
        line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
        let dots = points.iter().map(|point| Circle::new(*point, 4, colour.filled()));
        chart.draw_series(dots).expect("its points are drawn");
    }
    let mut names = chart.configure_series_labels();
    names.position(SeriesLabelPosition::UpperLeft).background_style(WHITE).label_font((FONT, 14));
    names.draw().expect("the names are drawn");
    area.present().expect("the picture is written");
}
