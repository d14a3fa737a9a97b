// The chart of a sweep: what is across and up, what becomes colour and small multiples.
"use strict";
(() => {
  const { Chart, data, select } = window.sramSpice;
  const { columns, failed, lost } = data.sweep;
  const MOST_PANELS = 12;
  const NONE = -1;
  const count = failed.length;
  const swept = columns.flatMap((c, i) => (c.swept ? [i] : []));
  const measures = columns.flatMap((c, i) => (c.swept || !c.values.some((v) => v !== null) ? [] : [i]));
  const figure = document.getElementById("chart-sweep");
  const message = figure.querySelector(".message");

  const distinct = (column) => {
    const values = [...new Set(columns[column].values)];
    return values.every((v) => typeof v === "number") ? values.sort((a, b) => a - b) : values;
  };
  const text = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value));
  // "load width 2 µm" of the label "load width (µm)" and 2.
  function named(column, value) {
    const [, words, unit] = columns[column].label.match(/^(.*?)(?: \(([^()]*)\))?$/);
    return `${words} ${text(value)}${unit ? ` ${unit}` : ""}`;
  }

  // First what has most values across; colour and small multiples only where that leaves points over.
  function firstPicks() {
    const order = [...swept].sort((a, b) => distinct(b).length - distinct(a).length);
    const varied = order.filter((c) => distinct(c).length > 1);
    const [x, colour = NONE, facet = NONE] = varied.length ? varied : order;
    const covered = (keys) => keys.reduce((n, c) => n * distinct(c).length, 1);
    const wanted = ["code_error_probability", "swing_v"].map((n) => columns.findIndex((c) => c.name === n));
    const y = wanted.find((i) => measures.includes(i)) ?? measures[0];
    const second = colour !== NONE && count > covered([x]) ? colour : NONE;
    return { x, y, colour: second, facet: second !== NONE && count > covered([x, colour]) ? facet : NONE };
  }

  function wide(column) {
    const known = columns[column].values.filter((v) => v !== null);
    const low = Math.min(...known);
    return low > 0 && Math.max(...known) / low > 1e3;
  }

  const picked = firstPicks();
  const only = new Map(); // value that a swept key is kept at, by column
  picked.log = picked.y !== undefined && wide(picked.y);

  function notes(i) {
    const own = swept.map((c) => named(c, columns[c].values[i]));
    return own.join("\n") + (failed[i] ? "\nfailed" : "") + (lost[i] ? "\nloses data" : "");
  }

  function series(points, name, colour) {
    const xs = columns[picked.x].values, ys = columns[picked.y].values;
    const value = (i) => (picked.log && ys[i] <= 0 ? null : ys[i]);
    const order = [...points];
    if (order.every((i) => typeof xs[i] === "number")) order.sort((a, b) => xs[a] - xs[b]);
    const joined = new Set(order.map((i) => xs[i])).size === order.length;
    const line = (own, more) => ({
      kind: "line", x: own.map((i) => xs[i]), y: own.map(value), notes: own.map(notes), mark: "circle", ...more,
    });
    const found = [line(order, { name, colour, joined, group: name })];
    for (const [flag, label, role, mark] of [[failed, "failed", "trouble", "x"], [lost, "loses data", "trouble", "square-open"]]) {
      const bad = order.filter((i) => flag[i]);
      if (bad.length) found.push(line(bad, { name: label, colour: role, joined: false, group: label, mark }));
    }
    return found;
  }

  function groups(points, column) {
    if (column === NONE) return [[null, points]];
    const of = columns[column].values;
    return distinct(column)
      .map((v) => [v, points.filter((i) => of[i] === v)])
      .filter(([, own]) => own.length);
  }

  function view() {
    const kept = (i) => [...only].every(([column, value]) => columns[column].values[i] === value);
    const all = [...Array(count).keys()].filter(kept);
    const facets = groups(all, picked.facet);
    const colours = picked.colour === NONE ? [] : distinct(picked.colour);
    const hidden = Math.max(facets.length - MOST_PANELS, 0);
    const missing = all.filter((i) => columns[picked.y].values[i] === null).length;
    message.textContent = [
      hidden ? `${hidden} small multiples more are not shown.` : "",
      missing ? `${missing} of ${all.length} points have no value here.` : "",
    ].join(" ");
    const axis = (column) => ({
      title: columns[column].label, category: columns[column].values.some((v) => typeof v === "string"),
    });
    return facets.slice(0, MOST_PANELS).map(([value, points]) => ({
      x: axis(picked.x),
      y: { ...axis(picked.y), log: picked.log },
      heading: value === null ? columns[picked.y].label : named(picked.facet, value),
      series: groups(points, picked.colour).flatMap(([of, own]) => {
        const name = of === null ? "points" : named(picked.colour, of);
        return own.length ? series(own, name, of === null ? "bl" : `step:${colours.indexOf(of)}/${colours.length}`) : [];
      }),
    }));
  }

  function options(width) {
    const several = picked.facet !== NONE && !only.has(picked.facet);
    const panels = several ? Math.min(distinct(picked.facet).length, MOST_PANELS) : 1;
    const most = Math.min(panels, Math.max(1, Math.floor(width / 300)), 4);
    const rows = Math.ceil(panels / most);
    const across = Math.ceil(panels / rows);
    return {
      height: rows > 1 || across > 1 ? 230 * rows + 90 : 480, columns: across, common: true, stacked: false,
      revision: JSON.stringify([picked, [...only]]),
    };
  }

  if (!measures.length || !swept.length) {
    message.textContent = "There is nothing to draw.";
    return;
  }
  const chart = new Chart(figure.querySelector(".plot"), "sweep", view, options);
  const picks = figure.querySelector(".picks");
  const list = (label, choices, key) => {
    const names = choices.map((c) => (c === NONE ? "none" : columns[c].label));
    picks.append(select(label, names, choices.indexOf(picked[key]), (i) => {
      picked[key] = choices[i];
      if (key === "y") {
        picked.log = wide(picked.y);
        log.checked = picked.log;
      }
      chart.draw();
    }));
  };
  list("across", swept, "x");
  list("up", measures, "y");
  list("colour", [NONE, ...swept], "colour");
  list("small multiples", [NONE, ...swept], "facet");
  const log = Object.assign(document.createElement("input"), { type: "checkbox", checked: picked.log });
  log.addEventListener("change", () => {
    picked.log = log.checked;
    chart.draw();
  });
  const line = document.createElement("label");
  line.append(log, " logarithmic");
  picks.append(line);
  // With many keys swept, points lie on each other unless some are kept at one value.
  const varied = swept.filter((c) => distinct(c).length > 1);
  for (const column of varied.length > 2 ? varied : []) {
    const values = distinct(column);
    const names = ["all", ...values.map(text)];
    picks.append(select(`only ${columns[column].label}`, names, 0, (i) => {
      if (i) only.set(column, values[i - 1]);
      else only.delete(column);
      chart.draw();
    }));
  }
  chart.draw();
})();
