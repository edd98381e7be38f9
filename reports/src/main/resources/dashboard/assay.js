/* The dashboard's own script. Text from data reaches the page as text nodes only, never as markup. */
(function () {
  "use strict";

  // By the code of dev.assay.reports.dashboard.State.
  var STATES = [
    { word: "passed", sign: "\u2713", style: "passed" },
    { word: "not judged", sign: "\u2013", style: "unjudged" },
    { word: "unavailable", sign: "\u2205", style: "unavailable" },
    { word: "inconclusive", sign: "?", style: "inconclusive" },
    { word: "regressed", sign: "\u2717", style: "regressed" },
    { word: "broken", sign: "!", style: "broken" },
    { word: "soft", sign: "~", style: "soft" }
  ];
  var UNJUDGED = "1"; // as a family's verdict stands in the data
  var data = JSON.parse(document.getElementById("data").textContent);

  function id(name) {
    return document.getElementById(name);
  }

  function element(tag, style, text) {
    var e = document.createElement(tag);
    if (style) {
      e.className = style;
    }
    if (text !== undefined) {
      e.textContent = text;
    }
    return e;
  }

  /** @param small the word is read aloud, and shown where there is room; the title tells it to the mouse */
  function chip(state, small) {
    var s = STATES[state];
    var e = element("span", "chip " + s.style);
    var sign = element("span", "", s.sign);
    sign.setAttribute("aria-hidden", "true");
    e.append(sign, small ? element("span", "word", " " + s.word) : " " + s.word);
    if (small) {
      e.title = s.word;
    }
    return e;
  }

  function isolated(text) {
    return element("bdi", "", text);
  }

  /** Pages of this site only; anything else is no address. */
  function ownPage(page) {
    return /^(\.\.\/)?(models|runs)\/[a-z0-9-]+(\.html|\/[a-z]+[0-9-]*\.png)$/.test(page) ? page : "#";
  }

  function number(value) {
    if (value === null || value === undefined) {
      return "";
    }
    var n = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)); // as Numbers.of
    return String(n).replace("-", "\u2212");
  }

  function signed(value) {
    return (value > 0 ? "+" : "") + number(value);
  }

  function bytes(n) {
    if (!n) {
      return "";
    }
    var units = ["bytes", "kB", "MB", "GB", "TB"], unit = 0; // as Numbers.bytes
    while (n >= (unit ? 999.5 : 1000) && unit < 4) {
      n /= 1000;
      unit++;
    }
    return n.toFixed(unit && n < 9.95 ? 1 : 0) + " " + units[unit];
  }

  // ---- the table of models ----

  var NAME = 0, PAGE = 1, FAMILY = 2, STATE = 3, VERDICTS = 4, EFFECT = 5, COST = 6, BASE_COST = 7, NIGHT = 8, TRIGGERS = 9, BYTES = 10, THUMB = 11, FLAGS = 12;
  var WORSE = 1, UNLISTED = 2, STALE = 4, COPY = 8;
  var ROWS = 50;

  function models() {
    var table = id("models");
    if (!table) {
      return;
    }
    var rows = data.rows;
    var text = rows.map(function (r) {
      return (r[NAME] + "\n" + r[TRIGGERS]).toLowerCase();
    });
    var compare = new Intl.Collator(undefined, { numeric: true }).compare;
    var names = rows.map(function (_, i) { return i; }).sort(function (a, b) { return compare(rows[a][NAME], rows[b][NAME]); });
    var rank = [];
    names.forEach(function (row, place) { rank[row] = place; });

    var columns = [
      { key: "name", title: "Model", value: function (r, i) { return rank[i]; } },
      { key: "verdict", title: "Verdict", value: function (r) { return r[STATE]; }, down: true },
      { key: "family", title: "Family", value: function (r) { return r[FAMILY]; } }
    ];
    // The number stands with its verdict, and is what its column is sorted by.
    var numbers = {
      effect: { at: EFFECT, text: function (r) { return number(r[EFFECT]); } },
      cost: { at: COST, text: function (r) { return r[COST] === null ? "" : number(r[COST]) + " s"; } }
    };
    data.families.forEach(function (f, at) {
      var n = Object.hasOwn(numbers, f) ? numbers[f] : null;
      columns.push({
        key: "family-" + at, title: f, down: true,
        value: function (r) { return r[VERDICTS][at] === UNJUDGED ? null : n ? r[n.at] : +r[VERDICTS][at]; }
      });
    });
    columns.push(
      { key: "date", title: "Judged", value: function (r) { return r[NIGHT]; }, down: true },
      { key: "triggers", title: "Trigger words", value: function (r) { return r[TRIGGERS].toLowerCase(); } },
      { key: "size", title: "Size", value: function (r) { return r[BYTES]; }, down: true, num: true });

    var state = { q: "", family: "", about: "", verdict: "", worse: "", sort: "verdict", dir: "down", page: 0 };
    var body = table.tBodies[0];
    var shown = [];

    function option(select, value, title) {
      var o = element("option", "", title);
      o.value = value;
      select.append(o);
    }

    var families = Array.from(new Set(rows.map(function (r) { return r[FAMILY]; }))).filter(Boolean).sort(compare);
    families.forEach(function (f) { option(id("family"), f, f); });
    data.families.forEach(function (f, at) { option(id("about"), String(at), f); });
    [4, 5, 3, 2, 1, 0].forEach(function (s) { option(id("verdict"), String(s), STATES[s].word); });

    var head = table.tHead.rows[0];
    var thumb = element("th", "thumb");
    thumb.append(element("span", "hidden", "Picture"));
    head.append(thumb);
    columns.forEach(function (c) {
      var th = element("th", c.num ? "num" : "");
      th.scope = "col";
      var b = element("button", "", "");
      b.type = "button";
      b.addEventListener("click", function () {
        if (state.sort === c.key) {
          state.dir = state.dir === "down" ? "up" : "down";
        } else {
          state.sort = c.key;
          state.dir = c.down ? "down" : "up";
        }
        state.page = 0;
        update();
      });
      th.append(b);
      head.append(th);
      c.th = th;
      c.button = b;
      option(id("sort"), c.key, c.title);
    });

    function matches(r, i) {
      if (state.q && text[i].indexOf(state.q) < 0) {
        return false;
      }
      if (state.family && r[FAMILY] !== state.family) {
        return false;
      }
      if (state.worse && !(r[FLAGS] & WORSE)) {
        return false;
      }
      if (state.about !== "") {
        var v = r[VERDICTS][+state.about];
        return state.verdict === "" ? v !== UNJUDGED : v === state.verdict;
      }
      return state.verdict === "" || String(r[STATE]) === state.verdict;
    }

    function update() {
      performance.mark("filter-start");
      var column = columns.find(function (c) { return c.key === state.sort; }) || columns[0];
      var sign = state.dir === "down" ? -1 : 1;
      shown = [];
      var keys = [];
      for (var i = 0; i < rows.length; i++) {
        if (matches(rows[i], i)) {
          shown.push(i);
          keys[i] = column.value(rows[i], i);
        }
      }
      shown.sort(function (a, b) {
        var x = keys[a], y = keys[b];
        if (x === null || y === null) {
          return x === y ? rank[a] - rank[b] : x === null ? 1 : -1; // nothing known: last, either way
        }
        return x < y ? -sign : x > y ? sign : rank[a] - rank[b];
      });
      columns.forEach(function (c) {
        var by = c === column;
        if (by) {
          c.th.setAttribute("aria-sort", state.dir === "down" ? "descending" : "ascending");
        } else {
          c.th.removeAttribute("aria-sort");
        }
        c.button.textContent = c.title + (by ? (state.dir === "down" ? " \u2193" : " \u2191") : "");
      });
      draw();
      performance.mark("filter-end");
      performance.measure("filter", "filter-start", "filter-end");
    }

    function cell(row, label, content, style) {
      var td = element("td", (style || "") + (content === "" || content === null ? " empty" : ""));
      if (label) {
        td.setAttribute("data-label", label);
      }
      if (content !== null) {
        td.append(content);
      }
      row.append(td);
      return td;
    }

    function draw() {
      var pages = Math.max(1, Math.ceil(shown.length / ROWS));
      state.page = Math.min(state.page, pages - 1);
      var part = document.createDocumentFragment();
      shown.slice(state.page * ROWS, (state.page + 1) * ROWS).forEach(function (i) {
        var r = rows[i];
        var tr = document.createElement("tr");
        var picture;
        if (r[THUMB]) {
          picture = element("img");
          picture.loading = "lazy";
          picture.alt = "";
          picture.width = 40;
          picture.height = 40;
          picture.src = ownPage(r[THUMB]);
        } else {
          picture = element("span");
        }
        cell(tr, "", picture, "thumb");
        var link = element("a");
        link.href = ownPage(r[PAGE]);
        link.append(isolated(r[NAME]));
        var name = cell(tr, "", link, "name");
        [[WORSE, "worse in the newest night", "flag-worse"], [UNLISTED, "not in the collection", "flag-other"], [STALE, "the file changed since", "flag-other"], [COPY, "a copy: another file has the same bytes", "flag-other"]].forEach(function (f) {
          if (r[FLAGS] & f[0]) {
            name.append(element("span", "flags " + f[2], f[1]));
          }
        });
        cell(tr, "", chip(r[STATE]));
        cell(tr, "Family", r[FAMILY] ? isolated(r[FAMILY]) : "", "net");
        data.families.forEach(function (f, at) {
          var v = r[VERDICTS][at];
          var td = cell(tr, f, chip(+v, true), "family");
          if (Object.hasOwn(numbers, f) && v !== UNJUDGED) {
            td.append(" " + numbers[f].text(r));
            if (f === "cost" && r[BASE_COST] !== null) {
              td.title = "per picture; base " + number(r[BASE_COST]) + " s";
            }
          }
        });
        cell(tr, "Judged", r[NIGHT], "nowrap");
        cell(tr, "Triggers", r[TRIGGERS] ? isolated(r[TRIGGERS]) : "", "triggers");
        cell(tr, "Size", bytes(r[BYTES]), "num");
        part.append(tr);
      });
      body.replaceChildren(part);
      id("found").textContent = shown.length === rows.length ? rows.length + " models" : shown.length + " of " + rows.length + " models";
      id("where").textContent = "page " + (state.page + 1) + " of " + pages;
      id("before").disabled = state.page === 0;
      id("after").disabled = state.page >= pages - 1;
      remember();
    }

    /** The view is in the address, so that "back" and a bookmark find it again. */
    function remember() {
      var p = new URLSearchParams();
      Object.keys(state).forEach(function (k) {
        if (state[k] !== "" && state[k] !== 0 && !(k === "sort" && state[k] === "verdict") && !(k === "dir" && state[k] === "down")) {
          p.set(k, state[k]);
        }
      });
      history.replaceState(null, "", "#" + p);
    }

    function recall() {
      var p = new URLSearchParams(location.hash.slice(1));
      Object.keys(state).forEach(function (k) {
        if (p.has(k)) {
          state[k] = k === "page" ? Math.max(0, parseInt(p.get(k), 10) || 0) : p.get(k);
        }
      });
      controls();
    }

    function controls() {
      id("find").value = state.q;
      id("family").value = state.family;
      id("about").value = state.about;
      id("verdict").value = state.verdict;
      id("onlyworse").checked = !!state.worse;
      id("sort").value = state.sort;
    }

    function on(name, event, change) {
      id(name).addEventListener(event, function () {
        change(id(name));
        state.page = event === "click" && (name === "before" || name === "after") ? state.page : 0;
        update();
      });
    }

    on("find", "input", function (e) { state.q = e.value.trim().toLowerCase(); });
    on("family", "change", function (e) { state.family = e.value; });
    on("about", "change", function (e) { state.about = e.value; });
    on("verdict", "change", function (e) { state.verdict = e.value; });
    on("onlyworse", "change", function (e) { state.worse = e.checked ? "1" : ""; });
    on("sort", "change", function (e) {
      state.sort = e.value;
      state.dir = columns.find(function (c) { return c.key === e.value; }).down ? "down" : "up";
    });
    on("before", "click", function () { state.page--; });
    on("after", "click", function () { state.page++; });
    on("clear", "click", function () {
      state = Object.assign(state, { q: "", family: "", about: "", verdict: "", worse: "", page: 0 });
      controls();
    });
    recall();
    update();
    performance.mark("table-ready");
  }

  // ---- charts ----

  var drawn = [];

  var colours = {}; // asked for thousands of times in a chart of all models

  function colour(name) {
    if (!Object.hasOwn(colours, name)) {
      colours[name] = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
    }
    return colours[name];
  }

  function chart(box, make, click) {
    var c = echarts.init(box, null, { renderer: "canvas" });
    c.setOption(make());
    if (click) {
      c.on("click", click);
    }
    drawn.push({ chart: c, make: make });
    new ResizeObserver(function () { c.resize(); }).observe(box);
    return c;
  }

  function tooltip(formatter) {
    return {
      trigger: "axis", renderMode: "richText", confine: true, formatter: formatter, // "html" would be markup
      backgroundColor: colour("raised"), borderColor: colour("control"), textStyle: { color: colour("ink"), fontSize: 13 }
    };
  }

  function axes(nights, unit) {
    var text = { color: colour("soft"), fontSize: 12 };
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: nights, axisLabel: Object.assign({ hideOverlap: true }, text), axisLine: { lineStyle: { color: colour("control") } }, axisTick: { show: false } },
      yAxis: { type: "value", name: unit, nameTextStyle: Object.assign({ align: "left" }, text), axisLabel: text, splitLine: { lineStyle: { color: colour("line") } } }
    };
  }

  function whiskers(index) {
    return function (params, api) {
      var low = api.coord([api.value(0), api.value(1)]);
      var high = api.coord([api.value(0), api.value(2)]);
      return {
        type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] },
        style: { stroke: colour(STATES[api.value(index)].style), lineWidth: 2, opacity: 0.55 }
      };
    };
  }

  var SYMBOLS = ["circle", "emptyCircle", "emptyTriangle", "triangle", "diamond", "rect", "emptyDiamond"];

  function overNights(c) {
    return function () {
      var points = c.points;
      var at = {};
      points.forEach(function (p) { at[p[0]] = p; });
      var nights = data.nights;
      var versions = [];
      points.forEach(function (p, i) {
        if (i > 0 && p[6] !== points[i - 1][6]) {
          var now = p[6].split(" / "), then = points[i - 1][6].split(" / ");
          versions.push({ xAxis: p[0], label: { formatter: now[0] !== then[0] ? "suite " + now[0] : "metric " + now[1] } });
        }
      });
      var limits = Math.max.apply(null, [0].concat(points.map(function (p) { return p[5].length; })));
      var option = axes(nights, "");
      option.grid.top = 18;
      option.tooltip = tooltip(function (items) {
        var p = at[items[0].dataIndex];
        if (!p) {
          return nights[items[0].dataIndex] + "\nnot judged";
        }
        return nights[p[0]] + ": " + STATES[p[4]].word + (p[1] === null ? "" : "\n" + signed(p[1]) + " " + c.unit + (p[2] === null ? "" : "\n" + signed(p[2]) + " to " + signed(p[3])))
          + (p[5].length ? "\nmargin " + p[5].map(signed).join(", ") : "") + "\nsuite / metric " + p[6];
      });
      option.series = [
        {
          type: "line", data: nights.map(function (_, n) {
            var p = at[n];
            if (!p || (p[1] === null && p[4] !== 5)) {
              return null;
            }
            return { value: p[1] === null ? 0 : p[1], symbol: SYMBOLS[p[4]], symbolSize: p[4] === 0 ? 6 : 10, itemStyle: { color: colour(STATES[p[4]].style) } };
          }),
          connectNulls: true, showAllSymbol: true, lineStyle: { color: colour("series"), width: 1, opacity: 0.5 }, z: 3,
          markLine: { silent: true, symbol: "none", data: versions, lineStyle: { color: colour("control"), type: "dotted" }, label: { color: colour("soft"), fontSize: 11 } }
        },
        {
          type: "custom", renderItem: whiskers(3), encode: { x: 0, y: [1, 2] }, tooltip: { show: false }, z: 2,
          data: points.filter(function (p) { return p[2] !== null; }).map(function (p) { return [p[0], p[2], p[3], p[4]]; })
        }
      ];
      for (var l = 0; l < limits; l++) {
        // A step for each night, and a line from edge to edge where the margin is always the same: one night is no line.
        var same = points.every(function (p) { return p[5][l] === points[0][5][l]; });
        option.series.push({
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colour("margin"), type: "dashed", width: 1.5 }, data: same ? [{ yAxis: points[0][5][l] }] : [] },
          type: "line", step: "middle", symbol: "none", silent: true, connectNulls: true, lineStyle: { color: colour("margin"), type: "dashed", width: 1.5 }, z: 1,
          data: nights.map(function (_, n) { return at[n] && at[n][5].length > l ? at[n][5][l] : null; })
        });
      }
      return option;
    };
  }

  function model() {
    var charts = id("charts");
    if (!charts) {
      return;
    }
    var waiting = new Map();
    var seen = new IntersectionObserver(function (entries) {
      entries.forEach(function (e) {
        if (e.isIntersecting && waiting.has(e.target)) {
          chart(e.target, waiting.get(e.target));
          waiting.delete(e.target);
        }
      });
    }, { rootMargin: "300px" });
    data.charts.forEach(function (c) {
      c.points.forEach(function (p) { p.push(c.rules[p[5]][1]); p[5] = c.rules[p[5]][0]; }); // [..., limits, versions]
      var figure = element("div");
      figure.append(element("h3", "", c.title), element("p", "soft", c.unit + (c.better ? ", " + c.better : "")));
      var box = element("div", "chart");
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", describe(c));
      figure.append(box);
      charts.append(figure);
      waiting.set(box, overNights(c));
      seen.observe(box);
    });
    var numbers = id("numbers");
    numbers.addEventListener("toggle", function () {
      if (numbers.open && numbers.children.length === 1) {
        numbers.append(runs());
      }
    });
    performance.mark("page-ready");
  }

  function describe(c) {
    var last = c.points[c.points.length - 1];
    return c.title + " over " + c.points.length + (c.points.length === 1 ? " night" : " nights") + "; the newest: " + STATES[last[4]].word
      + (last[1] === null ? "" : ", " + signed(last[1]) + " " + c.unit) + ". The numbers are in the table of all runs.";
  }

  function runs() {
    var scroll = element("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "all runs");
    var table = element("table", "plain");
    var head = element("tr");
    ["Night", "Suite", "Verdict"].concat(data.charts.map(function (c) { return c.title; }), ["Run"]).forEach(function (t) {
      var th = element("th", "", t);
      th.scope = "col";
      head.append(th);
    });
    var tbody = element("tbody");
    var thead = element("thead");
    thead.append(head);
    data.runs.forEach(function (r) {
      var tr = element("tr");
      tr.append(element("td", "nowrap", data.nights[r[0]]));
      var suite = element("td");
      suite.append(isolated(r[3]));
      var verdict = element("td");
      verdict.append(chip(r[2]));
      tr.append(suite, verdict);
      data.charts.forEach(function (c) {
        var p = c.points.find(function (q) { return q[0] === r[0]; });
        tr.append(element("td", "nowrap", !p || p[1] === null ? "" : signed(p[1]) + (p[2] === null ? "" : " [" + signed(p[2]) + ", " + signed(p[3]) + "]")));
      });
      var run = element("td");
      run.append(element("code", "", r[1]));
      if (r[4]) {
        run.append(element("small", "soft", r[4]));
      }
      tr.append(run);
      tbody.append(tr);
    });
    table.append(thead, tbody);
    scroll.append(table);
    return scroll;
  }

  function counts() {
    var box = id("counts");
    if (!box) {
      return;
    }
    // No criterion is unjudged; one may be unavailable, a run never is.
    var order = [0, 6, 2, 3, 4, 5].filter(function (o) { return (o !== 2 && o !== 6) || data.counts.some(function (n) { return n[o] > 0; }); });
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", "models by verdict, night by night; the newest: " + (data.counts.length ? order.map(function (o) {
      return data.counts[data.counts.length - 1][o] + " " + STATES[o].word;
    }).join(", ") : "none"));
    chart(box, function () {
      var option = axes(data.nights, "models");
      option.legend = { top: 0, right: 8, textStyle: { color: colour("soft"), fontSize: 12 }, itemWidth: 14, selectedMode: false };
      option.grid.top = 36;
      option.tooltip = tooltip(function (items) {
        return items[0].axisValue + items.map(function (i) { return "\n" + i.seriesName + ": " + i.value; }).join("");
      });
      option.series = order.map(function (o) {
        return {
          type: "bar", stack: "all", barCategoryGap: "15%", barMaxWidth: 40, name: STATES[o].word, itemStyle: { color: colour(STATES[o].style) },
          data: data.counts.map(function (n) { return n[o]; })
        };
      });
      return option;
    });
  }

  function spread() {
    var box = id("spread");
    if (!box) {
      return;
    }
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", "candidate minus base of " + data.spread.length + " models, from low to high. The gravest are in the table below.");
    chart(box, function () {
      var option = axes(data.spread.map(function (_, i) { return i + 1; }), data.unit);
      option.xAxis.axisLabel.show = false;
      var limits = {};
      data.spread.forEach(function (s) { s[6].forEach(function (l) { limits[l] = true; }); });
      option.tooltip = tooltip(function (items) {
        var s = data.spread[items[0].dataIndex];
        return s[0] + ": " + STATES[s[5]].word + "\n" + signed(s[2]) + (s[3] === null ? "" : "\n" + signed(s[3]) + " to " + signed(s[4]));
      });
      option.series = [
        {
          type: "scatter", z: 3, cursor: "pointer",
          data: data.spread.map(function (s, i) {
            return { value: [i, s[2]], symbol: SYMBOLS[s[5]], symbolSize: data.spread.length > 300 ? 4 : 9, itemStyle: { color: colour(STATES[s[5]].style) } };
          }),
          markLine: {
            silent: true, symbol: "none", lineStyle: { color: colour("margin"), type: "dashed", width: 1.5 }, label: { show: false },
            data: Object.keys(limits).slice(0, 8).map(function (l) { return { yAxis: +l }; })
          }
        },
        {
          type: "custom", renderItem: whiskers(3), encode: { x: 0, y: [1, 2] }, z: 2, tooltip: { show: false },
          data: data.spread.map(function (s, i) { return s[3] === null ? null : [i, s[3], s[4], s[5]]; }).filter(Boolean)
        }
      ];
      return option;
    }, function (e) {
      var page = ownPage((data.spread[e.value && e.value[0]] || [])[1] || "");
      if (page !== "#") {
        location.href = page;
      }
    });
  }

  // ---- base and candidate ----

  function compare() {
    var cut = id("cut");
    if (!cut) {
      return;
    }
    var frame = document.querySelector(".frame");
    var base = id("compare-base"), candidate = id("compare-candidate"), select = id("pair");
    data.pairs.forEach(function (p, i) {
      var o = element("option", "", p[0]);
      o.value = String(i);
      select.append(o);
    });
    frame.classList.add("split");
    function slide() {
      frame.style.setProperty("--cut", cut.value + "%");
    }
    cut.addEventListener("input", slide);
    select.addEventListener("change", function () {
      var p = data.pairs[+select.value];
      [[base, p[1], "base: "], [candidate, p[2], "candidate: "]].forEach(function (x) {
        x[0].src = ownPage(x[1]);
        x[0].alt = x[2] + p[0];
        x[0].width = p[3];
        x[0].height = p[4];
      });
    });
    slide();
  }

  models();
  model();
  spread();
  counts();
  compare();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    colours = {};
    drawn.forEach(function (d) { d.chart.setOption(d.make(), true); });
  });
})();
