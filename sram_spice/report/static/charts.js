// Draws the charts of a page: from the data of report/chart.py to the library's traces.
"use strict";
(() => {
  const LIGHT = {
    page: "#ffffff", ink: "#1d2129", soft: "#8a8f98", grid: "#e4e7eb", bl: "#0072b2", blb: "#009e73",
    global: "#aa4499", ideal: "#e08a00", trouble: "#d55e00", failed: "#000000", shades: [0, 0.85],
    share: [[0, "#e9f2fa"], [0.05, "#c3dcee"], [0.25, "#7db6da"], [0.6, "#2f7fba"], [1, "#0b4a7d"]],
  };
  const DARK = {
    page: "#1e232b", ink: "#e6e9ee", soft: "#8d96a4", grid: "#343b46", bl: "#56b4e9", blb: "#3fd0a5",
    global: "#e08fd0", ideal: "#ffb84d", trouble: "#ff7a3d", failed: "#ffffff", shades: [0.3, 1],
    share: [[0, "#273444"], [0.05, "#2a455f"], [0.25, "#2f6592"], [0.6, "#3683c4"], [1, "#4aa0f0"]],
  };
  const VIRIDIS = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
  const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
  const PAPER_WIDTH = 690; // px: A4 less its margins
  const LEGEND_LINE = 20;
  const LABEL_ROOM = 12; // px between two labels of straight lines
  const charts = [];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const touch = window.matchMedia("(pointer: coarse)");
  let printing = false;

  const theme = () => (dark.matches && !printing ? DARK : LIGHT);

  // The library takes some HTML in its texts; ours have none.
  const plain = (text) =>
    String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\n/g, "<br>");

  const template = (text) => plain(text).replace(/%\{/g, "% {");

  function mixed(part) {
    const at = Math.min(Math.max(part, 0), 1) * (VIRIDIS.length - 1);
    const i = Math.min(Math.floor(at), VIRIDIS.length - 2);
    const channel = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
    const parts = [0, 1, 2].map((k) => {
      const [a, b] = [channel(VIRIDIS[i], k), channel(VIRIDIS[i + 1], k)];
      return Math.round(a + (b - a) * (at - i));
    });
    return `rgb(${parts.join(",")})`;
  }

  function colourOf(role) {
    const look = theme();
    if (!role.startsWith("step:")) return look[role];
    const [i, n] = role.slice(5).split("/").map(Number);
    const [low, high] = look.shades;
    return mixed(low + ((high - low) * (n > 1 ? i / (n - 1) : 0.4)));
  }

  const faded = (colour) =>
    colour.startsWith("rgb(")
      ? colour.replace("rgb(", "rgba(").replace(")", ",0.2)")
      : `${colour}33`;

  const suffix = (i) => (i ? String(i + 1) : "");
  const finite = (values) => values.filter((v) => typeof v === "number");

  function lineTraces(series, panel, on) {
    const colour = colourOf(series.colour);
    const group = series.group || `${on.panel}:${series.name}`;
    const base = { ...on.axes, x: series.x, legendgroup: group, type: "scatter" };
    const found = [];
    if (series.low) {
      const edge = { ...base, mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
      found.push({ ...edge, y: series.low });
      found.push({ ...edge, y: series.high, fill: "tonexty", fillcolor: faded(colour) });
    }
    const joined = series.joined !== false;
    const mode = [joined ? "lines" : "", series.mark ? "markers" : ""].filter(Boolean).join("+");
    found.push({
      ...base,
      y: series.y,
      mode,
      name: plain(series.name),
      text: (series.notes || []).map(plain),
      line: { color: colour, width: 1.7, dash: series.style || "solid", shape: series.stairs ? "hvh" : "linear" },
      marker: { color: colour, symbol: series.mark || "circle", size: joined ? 4 : series.mark === "circle" ? 6 : 9 },
      hovertemplate:
        `<b>${template(series.name)}</b><br>${template(panel.x.title)}: %{x}<br>` +
        `${template(panel.y.title)}: %{y:.5~g}${series.notes ? "<br>%{text}" : ""}<extra></extra>`,
      showlegend: !on.named.has(group),
      ...(series.filled ? { fill: "tozeroy", fillcolor: faded(colour), hoveron: "points" } : {}),
    });
    on.named.add(group);
    return found;
  }

  function mapTrace(series, panel, on) {
    const look = theme();
    const share = series.scale === "share";
    const scale = share ? look.share : VIRIDIS.map((c, i) => [i / (VIRIDIS.length - 1), c]);
    return {
      ...on.axes, type: "heatmap", x: series.x, y: series.y, z: series.z,
      colorscale: scale, zmin: share ? 0 : undefined, zmax: series.top || undefined,
      zauto: !share || !series.top ? undefined : false,
      colorbar: {
        thickness: 12, outlinewidth: 0, len: 1, y: 0.5, x: 1.01, xpad: 4,
        title: { text: plain(series.name), side: "right", font: { size: 12 } },
      },
      hovertemplate:
        `${template(panel.x.title)}: %{x}<br>${template(panel.y.title)}: %{y}<br>` +
        `${template(series.name)}: %{z:.4~g}<extra></extra>`,
    };
  }

  function barTrace(series, panel, on) {
    const group = series.group || series.name;
    const trace = {
      ...on.axes, type: "bar", x: series.x.map((x) => (typeof x === "string" ? plain(x) : x)), y: series.y,
      name: plain(series.name), legendgroup: group, showlegend: !on.named.has(group),
      text: (series.notes || []).map(plain), textposition: "none",
      marker: { color: colourOf(series.colour), line: { width: 0 } },
      hovertemplate:
        `<b>${template(series.name)}</b><br>${template(panel.x.title)}: %{x}<br>` +
        `${template(panel.y.title)}: %{y:.4~g}${series.notes ? "<br>%{text}" : ""}<extra></extra>`,
    };
    on.named.add(group);
    return trace;
  }

  function ruleShapes(series, on) {
    const across = series.axis === "y";
    const look = { color: colourOf(series.colour), width: 1, dash: series.style || "solid" };
    const group = `rules:${series.name}`;
    return series.values.map((value) => {
      const shape = {
        type: "line", line: look, name: plain(series.name), legendgroup: group, showlegend: !on.named.has(group),
        xref: across ? `x${on.number} domain` : `x${on.number}`,
        yref: across ? `y${on.number}` : `y${on.number} domain`,
        x0: across ? 0 : value, x1: across ? 1 : value, y0: across ? value : 0, y1: across ? value : 1,
      };
      on.named.add(group);
      return shape;
    });
  }

  // What is shown of the panel's axis: for the labels of straight lines.
  function extent(panel, axis) {
    const given = panel[axis];
    if (given.low !== undefined && given.high !== undefined) return [given.low, given.high];
    const values = panel.series.flatMap((s) =>
      s.kind === "rules" ? (s.axis === axis ? s.values : [])
        : s.low && axis === "y" ? [...s.low, ...s.high] : s[axis] || []);
    const known = finite(values);
    const bars = axis === "y" ? panel.series.filter((s) => s.kind === "bars") : [];
    if (bars.length) known.push(0, ...bars[0].y.map((_, i) => bars.reduce((sum, s) => sum + s.y[i], 0)));
    if (!known.length) return [0, 1];
    const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
    const beyond = 0.05 * (high - low || 1);
    return [bars.length && low > -beyond ? 0 : low - beyond, high + beyond];
  }

  function ruleLabels(view, place, sizes, ranges) {
    const found = [];
    view.forEach((panel, i) => {
      for (const axis of ["x", "y"]) {
        const [low, high] = ranges(i, axis) || extent(panel, axis);
        let last = -Infinity;
        const across = axis === "y";
        const all = panel.series.filter((s) => s.kind === "rules" && s.axis === axis).flatMap((s) =>
          s.values.map((value, k) => ({ value, text: s.texts[k], colour: s.colour })));
        const own = all.filter((r) => r.colour === "ink").length ? all.filter((r) => r.colour === "ink") : all;
        for (const rule of own.filter((r) => r.value >= low && r.value <= high).sort((a, b) => a.value - b.value)) {
          const room = across ? sizes.height * (place[i].y[1] - place[i].y[0]) : sizes.width * (place[i].x[1] - place[i].x[0]);
          const at = ((rule.value - low) / (high - low)) * room;
          if (at - last < (across ? LABEL_ROOM : 24)) continue;
          last = at;
          found.push({
            text: plain(rule.text), showarrow: false, font: { size: 10, color: colourOf(rule.colour) },
            xref: across ? `x${suffix(i)} domain` : `x${suffix(i)}`, yref: across ? `y${suffix(i)}` : `y${suffix(i)} domain`,
            x: across ? 1 : rule.value, y: across ? rule.value : 1, xanchor: across ? "right" : "left",
            yanchor: across ? "bottom" : "top", bgcolor: theme().page, opacity: 0.85, borderpad: 0,
          });
        }
      }
    });
    return found;
  }

  // Panels on top of each other, or (columns > 1) side by side in rows.
  function places(view, columns, room) {
    const rows = Math.ceil(view.length / columns);
    const gap = { x: columns > 1 ? 0.08 : 0, y: 42 / room };
    const weights = columns > 1 ? Array(rows).fill(1) : view.map((p) => p.height || 1);
    const unit = (1 - gap.y * (rows - 1)) / weights.reduce((a, b) => a + b, 0);
    const width = (1 - gap.x * (columns - 1)) / columns;
    let top = 1;
    const found = [];
    for (let row = 0; row < rows; row += 1) {
      const height = unit * weights[row];
      for (let k = 0; k < columns && found.length < view.length; k += 1) {
        const left = k * (width + gap.x);
        found.push({ x: [left, Math.min(left + width, 1)], y: [Math.max(top - height, 0), top] });
      }
      top -= height + gap.y;
    }
    return found;
  }

  function axisOf(axis, look, domain) {
    const found = {
      domain, gridcolor: look.grid, zeroline: false, linecolor: look.soft, tickcolor: look.soft,
      ticks: "outside", ticklen: 4, automargin: true,
    };
    if (axis.ticks) Object.assign(found, { tickmode: "array", tickvals: axis.ticks, ticktext: axis.texts.map(plain) });
    if (axis.low !== undefined) found.range = [axis.low, axis.high];
    if (axis.log) found.type = "log";
    if (axis.category) found.type = "category";
    return found;
  }

  function heading(text, i, place) {
    return {
      text: plain(text), showarrow: false, xref: "paper", yref: "paper", x: place.x[0], y: place.y[1],
      xanchor: "left", yanchor: "bottom", xshift: -8, yshift: 3, font: { size: 12 }, name: "heading",
    };
  }

  // How many lines the legend takes, about.
  function legendLines(entries, room) {
    let lines = 1, used = 0;
    for (const entry of entries) {
      const width = 6.4 * entry.name.length + 46;
      if (used && used + width > room) {
        lines += 1;
        used = 0;
      }
      used += width;
    }
    return lines;
  }

  function figureOf(view, options) {
    const look = theme();
    const columns = options.columns || 1;
    const traces = [], shapes = [], named = new Set();
    const hasMap = view.some((p) => p.series.some((s) => s.kind === "map"));
    const layout = {
      paper_bgcolor: look.page, plot_bgcolor: look.page, font: { family: FONT, size: 12, color: look.ink },
      hovermode: "closest", hoverlabel: { bgcolor: look.page, bordercolor: look.soft, font: { color: look.ink, size: 12 }, align: "left" },
      dragmode: touch.matches ? false : "zoom", uirevision: options.revision, colorway: [look.bl],
      barmode: view.some((p) => p.stacked) ? "stack" : "group",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: look.soft, activecolor: look.ink },
    };
    view.forEach((panel, i) => {
      const on = { panel: i, number: suffix(i), axes: { xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` }, named };
      for (const series of panel.series) {
        if (series.kind === "line") traces.push(...lineTraces(series, panel, on));
        if (series.kind === "map") traces.push(mapTrace(series, panel, on));
        if (series.kind === "bars") traces.push(barTrace(series, panel, on));
        if (series.kind === "rules") shapes.push(...ruleShapes(series, on));
      }
    });
    const entries = [...traces.filter((t) => t.showlegend !== false && t.name), ...shapes.filter((s) => s.showlegend)];
    const legend = entries.length > 1 ? LEGEND_LINE * legendLines(entries, options.width - 64 - (hasMap ? 68 : 14)) + 6 : 0;
    const margin = { l: 50, r: hasMap ? 68 : 14, t: 34, b: 44 + legend };
    const height = options.height + legend;
    const room = height - margin.t - margin.b;
    const place = places(view, columns, room);
    const annotations = [];
    view.forEach((panel, i) => {
      const below = columns > 1 ? i + columns >= view.length : i === view.length - 1;
      const first = columns === 1 || i % columns === 0;
      const x = axisOf(panel.x, look, place[i].x), y = axisOf(panel.y, look, place[i].y);
      // The library's own choice leaves straight lines out of sight.
      if (!y.range && panel.series.some((s) => s.kind === "rules" && s.axis === "y")) y.range = extent(panel, "y");
      Object.assign(x, { anchor: `y${suffix(i)}`, showticklabels: below });
      Object.assign(y, { anchor: `x${suffix(i)}`, showticklabels: first || !options.common });
      if (below) x.title = { text: plain(panel.x.title), standoff: 8, font: { size: 12 } };
      if (i > 0) x.matches = "x";
      if (i > 0 && options.common) y.matches = "y";
      layout[`xaxis${suffix(i)}`] = x;
      layout[`yaxis${suffix(i)}`] = y;
      annotations.push(heading(panel.heading || panel.y.title, i, place[i]));
    });
    const sizes = { width: options.width - margin.l - margin.r, height: room };
    const labels = (ranges) => [...annotations, ...ruleLabels(view, place, sizes, ranges)];
    Object.assign(layout, {
      margin, height, width: options.width, shapes, annotations: labels(() => null), showlegend: entries.length > 1,
      legend: {
        orientation: "h", x: 0, xanchor: "left", y: 0, yref: "container", yanchor: "bottom",
        bgcolor: "rgba(0,0,0,0)", font: { size: 12 }, itemsizing: "constant",
      },
    });
    return { traces, layout, labels };
  }

  // One chart of the page. `view()` gives its panels, `options()` how they are laid out.
  class Chart {
    constructor(place, name, view, options) {
      Object.assign(this, { place, name, view, options, drawn: false });
      charts.push(this);
    }

    draw() {
      const width = printing ? PAPER_WIDTH : this.place.clientWidth;
      if (!width) return;
      const view = this.view();
      const options = { ...this.options(width), width };
      if (printing) options.height = Math.min(0.78 * options.height, 560);
      const { traces, layout, labels } = figureOf(view, options);
      const config = {
        displaylogo: false, showTips: false, doubleClick: "reset",
        // Named one by one: others would send the chart away.
        modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]],
        toImageButtonOptions: { format: "svg", filename: this.name },
      };
      this.labels = labels;
      Plotly.react(this.place, traces, layout, config);
      this.width = width;
      if (!this.drawn) this.place.on("plotly_relayout", (change) => this.zoomed(change));
      this.drawn = true;
    }

    // Closer up there is room for more labels of straight lines.
    zoomed(change) {
      if (!Object.keys(change).some((key) => /axis\d*\.(range|autorange)/.test(key))) return;
      const full = this.place._fullLayout;
      const annotations = this.labels((i, axis) => full[`${axis}axis${suffix(i)}`].range);
      Plotly.relayout(this.place, { annotations });
    }
  }

  function redraw() {
    for (const chart of charts) chart.draw();
  }

  function setPrinting(now) {
    printing = now;
    redraw();
  }

  // A list to choose from; calls `changed` with the position of what is chosen.
  function select(label, options, first, changed) {
    const line = document.createElement("label");
    const list = document.createElement("select");
    line.append(`${label} `, list);
    options.forEach((option, i) => list.append(new Option(option, String(i), i === first, i === first)));
    list.addEventListener("change", () => changed(Number(list.value)));
    return line;
  }

  function slider(label, names, first, changed) {
    const line = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    Object.assign(input, { type: "range", min: "0", max: String(names.length - 1), value: String(first) });
    const say = () => {
      output.textContent = names[Number(input.value)];
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      say();
      changed(Number(input.value));
    });
    line.append(`${label} `, input, " ", output);
    say();
    return line;
  }

  function viewsChart(data, figure) {
    const picked = data.picks.map((pick) => pick.first || 0);
    const position = () => data.picks.reduce((at, pick, i) => at * pick.options.length + picked[i], 0);
    const options = () => ({ height: data.height, revision: picked.join() });
    const chart = new Chart(figure.querySelector(".plot"), data.name, () => data.views[position()], options);
    data.picks.forEach((pick, i) => {
      figure.querySelector(".picks").append(
        select(pick.label, pick.options, pick.first || 0, (value) => {
          picked[i] = value;
          chart.draw();
        }));
    });
    return chart;
  }

  const NEIGHBOURS = 2; // histograms below and above the chosen one

  function histogramView(group, middle) {
    const from = Math.max(middle - NEIGHBOURS, 0);
    const near = group.levels.slice(from, middle + NEIGHBOURS + 1);
    const series = near.map((one, i) => ({
      kind: "line", name: one.name, colour: `step:${from + i - middle + NEIGHBOURS}/${2 * NEIGHBOURS + 1}`,
      x: [-1, ...one.share.keys(), one.share.length].map((k) => one.first + k * group.step),
      y: [0, ...one.share, 0], stairs: true, filled: true,
    }));
    const ends = series.flatMap((s) => [s.x[0], s.x[s.x.length - 1]]);
    const x = { ...group.x, low: Math.min(...ends) - group.step, high: Math.max(...ends) + group.step };
    return [{ x, y: group.y, series: [...series, ...group.rules] }];
  }

  function histogramChart(data, figure) {
    const picks = figure.querySelector(".picks");
    let group = data.groups[data.groups.length - 1];
    let middle = Math.floor(group.levels.length / 2);
    const revision = () => `${group.label}:${middle}`;
    const options = () => ({ height: data.height, revision: revision() });
    const chart = new Chart(figure.querySelector(".plot"), data.name, () => histogramView(group, middle), options);
    const fill = () => {
      picks.querySelector(".slide")?.remove();
      const names = group.levels.map((one) => one.name);
      const line = slider("around", names, middle, (value) => {
        middle = value;
        chart.draw();
      });
      line.className = "slide";
      picks.append(line);
    };
    if (data.groups.length > 1) {
      const names = data.groups.map((one) => one.label);
      picks.append(select("active rows", names, names.length - 1, (value) => {
        group = data.groups[value];
        middle = Math.floor(group.levels.length / 2);
        fill();
        chart.draw();
      }));
    }
    fill();
    return chart;
  }

  const data = JSON.parse(document.getElementById("data").textContent);

  function start() {
    for (const one of data.charts || []) {
      const figure = document.getElementById(`chart-${one.name}`);
      (one.groups.length ? histogramChart : viewsChart)(one, figure).draw();
    }
    dark.addEventListener("change", redraw);
    window.addEventListener("beforeprint", () => setPrinting(true));
    window.addEventListener("afterprint", () => setPrinting(false));
    let waiting = 0;
    window.addEventListener("resize", () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => {
        for (const chart of charts) if (!printing && chart.place.clientWidth !== chart.width) chart.draw();
      });
    });
  }

  window.sramSpice = { Chart, data, select, start };
})();
