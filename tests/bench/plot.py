"""Lines in a plane whose axes are both logarithmic, as SVG."""

import html
import math

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 50
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#555555", "#16a085")


def decades(values):
    """The powers of ten around the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def power(exponent):
    if -3 <= exponent <= 3:
        return f"{10.0 ** exponent:g}"
    return f'10<tspan dy="-5" font-size="9">{exponent}</tspan>'


def text(x, y, content, anchor="middle", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{content}</text>'


class Plane:
    def __init__(self, series):
        points = [point for line in series.values() for point in line if point[1] > 0]
        self.x_low, self.x_high = decades([x for x, _ in points])
        self.y_low, self.y_high = decades([y for _, y in points])

    def x(self, value):
        part = (math.log10(value) - self.x_low) / (self.x_high - self.x_low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        part = (math.log10(value) - self.y_low) / (self.y_high - self.y_low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def grid(self):
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        for exponent in range(self.x_low, self.x_high + 1):
            x = self.x(10.0 ** exponent)
            yield f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#ddd"/>'
            yield text(x, bottom + 18, power(exponent))
        for exponent in range(self.y_low, self.y_high + 1):
            y = self.y(10.0 ** exponent)
            yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>'
            yield text(LEFT - 8, y + 4, power(exponent), "end")


def label_places(plane, series):
    """Where each line's name stands, at its end, no two closer than a line of text."""
    ends = sorted((plane.y(points[-1][1]), name) for name, points in series.items())
    places, last = {}, -math.inf
    for y, name in ends:
        last = max(y, last + 14)
        places[name] = last
    return places


def draw(plane, series):
    places = label_places(plane, series)
    for colour, (name, points) in zip(COLOURS, series.items()):
        way = "L".join(f"{plane.x(x):.1f} {plane.y(y):.1f}" for x, y in points)
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in points:
            yield f'<circle cx="{plane.x(x):.1f}" cy="{plane.y(y):.1f}" r="3" fill="{colour}"/>'
        yield (f'<text x="{WIDTH - RIGHT + 8}" y="{places[name] + 4:.1f}" font-size="12" fill="{colour}">'
               f"{html.escape(name)}</text>")


def write(path, title, x_label, y_label, series):
    """`series`: {name: [(x, y)]}, all above zero, x rising."""
    plane = Plane(series)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text((LEFT + WIDTH - RIGHT) / 2, 22, html.escape(title), size=15),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, html.escape(x_label)),
        f'<g transform="translate(16 {middle:.0f}) rotate(-90)">{text(0, 0, html.escape(y_label))}</g>',
        *plane.grid(),
        *draw(plane, series),
        "</svg>",
    ]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")
