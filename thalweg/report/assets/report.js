// The report's page: sortable tables, learning curves (drawn by Dygraphs), and the legends that choose what is shown.
// Nothing is fetched. Every text from the results enters the page as text, never as markup.
(() => {
  'use strict';
  const root = document.documentElement;

  // Trouble is told, in the page and to the tests.
  const errors = [];
  function trouble(what) {
    errors.push(String(what));
    root.dataset.errors = errors.join('\n');
    const place = document.getElementById('trouble');
    if (place) {
      place.hidden = false;
      place.textContent = 'A part of this report could not be drawn: ' + errors[0];
    }
  }
  root.dataset.errors = '';
  addEventListener('error', (e) => trouble(e.message));
  addEventListener('unhandledrejection', (e) => trouble(e.reason));
  addEventListener('securitypolicyviolation', (e) => trouble('blocked: ' + e.blockedURI));
  const print = console.error;
  console.error = (...words) => {
    trouble(words.join(' '));
    print.apply(console, words);
  };

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  // ---- numbers ----
  const minus = (text) => text.replace(/-/g, '−');
  function significant(v, digits) {
    if (v === 0) return '0';
    const size = Math.abs(v);
    if (size < 1e-3 || size >= 1e6) {
      const [mantissa, exponent] = v.toExponential(digits - 1).split('e');
      return minus(mantissa.replace(/\.?0+$/, '')) + '·10' + superscript(Number(exponent));
    }
    return minus(String(Number(v.toPrecision(digits))));
  }
  const superscript = (n) => String(n).replace(/./g, (c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]));
  function si(v) {
    const units = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
    let step = 0;
    while (Math.abs(v) >= 999.5 && step < units.length - 1) v /= 1000, ++step;
    return minus(String(Number(v.toPrecision(3)))) + (step ? '\u202F' + units[step] : '');
  }
  const percent = (v) => minus((100 * v).toFixed(1)) + '\u202F%';
  const formats = {
    accuracy: { value: percent, tick: (v) => minus(String(Number((100 * v).toPrecision(4)))), share: true, title: ', %' },
    error: { value: percent, tick: (v) => minus(String(Number((100 * v).toPrecision(3)))), share: true, title: ', %' },
    loss: { value: (v) => significant(v, 4), tick: (v) => significant(v, 3), title: '' },
    f: { value: (v) => significant(v, 4), tick: (v) => significant(v, 3), title: '' },
    seconds: { value: (v) => significant(v, 3) + '\u202Fs', tick: (v) => significant(v, 3), title: '' },
    ratio: { value: (v) => significant(v, 3), tick: (v) => significant(v, 3), title: '' },
    share: { value: percent, tick: (v) => String(Number((100 * v).toPrecision(3))), share: true, title: ', %' },
  };
  // "share:2" is the second of several axes of shares.
  const format = (key) => formats[key.split(':')[0]] || { value: si, tick: si, title: '' };

  // Ticks of a logarithmic axis: every decade, or every few; 2 and 5 between them when there is room.
  function logTicks({ tick, share }) {
    return (low, high, pixels) => {
      const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
      const room = Math.max(2, pixels / 56);
      const stride = Math.max(1, Math.ceil((to - from) / room));
      const inner = to - from <= 1 ? [1, 2, 3, 5, 7] : to - from <= room / 3 ? [1, 2, 5] : [1];
      const ticks = [];
      for (let e = from; e <= to; ++e) {
        for (const m of inner) {
          const v = m * 10 ** e;
          if (v < low * 0.999 || v > high * 1.001 || (((e % stride) + stride) % stride !== 0)) continue;
          const plain = share || (e >= -2 && e < 4);
          ticks.push({ v, label: plain || inner.length > 1 ? tick(v) : '10' + superscript(e) });
        }
      }
      return ticks;
    };
  }

  // ---- tables ----
  function sortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, j, number) => {
      const cell = row.cells[j];
      if (!number) return cell.textContent.trim().toLowerCase();
      const text = cell.dataset.key ?? cell.textContent.trim();
      return text === '' ? NaN : Number(text);
    };
    heads.forEach((head, j) => {
      const button = head.querySelector('button');
      if (!button) return;
      button.addEventListener('click', () => {
        const number = head.classList.contains('number');
        const before = head.getAttribute('aria-sort');
        const descending = before ? before === 'ascending' : head.hasAttribute('data-large-first');
        for (const h of heads) h.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        const sign = descending ? -1 : 1;
        const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: key(row, j, number) }));
        rows.sort((a, b) => {
          if (!number) return sign * a.key.localeCompare(b.key, undefined, { numeric: true });
          if (isNaN(a.key) || isNaN(b.key)) return isNaN(a.key) - isNaN(b.key);  // missing: last, either way
          return a.key === b.key ? 0 : sign * (a.key < b.key ? -1 : 1);
        });
        table.tBodies[0].append(...rows.map((r) => r.row));
      });
    });
  }

  // ---- curves ----
  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  // "node-perturbation · adam" in the group "node-perturbation" is "adam"
  function withoutGroup(label, group) {
    for (let i = 1; i < label.length; ++i)
      if (plain(label.slice(0, i)) === plain(group) && /^[^\p{L}\p{N}]+[\p{L}\p{N}]/u.test(label.slice(i)))
        return label.slice(i).replace(/^[^\p{L}\p{N}]+/u, '').replace(/\)$/, '');
    return label;
  }

  function keyLine(series) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    svg.setAttribute('class', 'key');
    svg.setAttribute('viewBox', '0 0 24 8');
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS(space, 'line');
    for (const [k, v] of [['x1', 1], ['x2', 23], ['y1', 4], ['y2', 4], ['stroke', `var(--c${series.color})`]])
      line.setAttribute(k, v);
    if (series.dash) line.setAttribute('stroke-dasharray', series.dash);
    svg.append(line);
    return svg;
  }

  // Where accuracy is near one, its distance from one says more: the error, made from the accuracy.
  function withError(problem) {
    const at = problem.y.findIndex((a) => a.key === 'accuracy');
    if (at < 0) return;
    problem.y.splice(at + 1, 0, { key: 'error', name: 'Validation error' });
    const flip = (values) => values?.map((v) => (v === null ? null : Math.max(0, Number((1 - v).toFixed(6)))));
    for (const { key } of problem.x) {
      const data = problem.data[key + '/accuracy'];
      if (!data) continue;
      const lines = data.lines.map((l) => l && { ...l, middle: flip(l.middle), low: flip(l.high), high: flip(l.low) });
      problem.data[key + '/error'] = { grid: data.grid, lines };
    }
  }

  class Chart {
    constructor(figure) {
      this.figure = figure;
      Object.assign(this, JSON.parse(figure.querySelector('script').textContent));
      this.shown = this.series.map((s) => s.shown);
      this.problems.forEach(withError);
      this.use(0);
    }

    // Shows the curves of one problem.
    use(k) {
      this.problem = k;
      Object.assign(this, this.problems[k]);  // title, x, y, data, present
      const keep = (axes, before) => (axes.some((a) => a.key === before) ? before : axes[0].key);
      this.state = { x: keep(this.x, this.state?.x), y: keep(this.y, this.state?.y), logX: false, logY: false };
      this.chosen = { logX: null, logY: null };  // what the reader chose; null: as the data suggest
      this.graph?.destroy();
      this.graph = null;
      this.body?.remove();
      this.build();
      this.draw();
    }

    get current() { return this.data[this.state.x + '/' + this.state.y]; }

    build() {
      const choice = (name, options) => {
        if (options.length < 2) return '';
        const group = make('div', { class: 'choice', role: 'radiogroup', 'aria-label': name === 'x' ? 'Against' : 'Shown' });
        for (const o of options)
          group.append(make('label', {},
            make('input', { type: 'radio', name: this.figure.id + '-' + name, value: o.key, checked: o.key === this.state[name],
              onchange: () => { this.state[name] = o.key; this.chosen = { logX: null, logY: null }; this.draw(); } }),
            make('span', {}, o.name)));
        return group;
      };
      let which = '';
      if (this.problems.length > 1) {
        which = make('select', { 'aria-label': 'Problem', onchange: (e) => { this.use(Number(e.target.value)); this.figure.querySelector('select').focus(); } });
        this.problems.forEach((p, k) => which.append(make('option', { value: k, selected: k === this.problem }, p.title)));
      }
      const log = (name, text) => {
        const input = make('input', { type: 'checkbox', onchange: () => { this.chosen[name] = input.checked; this.draw(); } });
        this[name + 'Box'] = input;
        return make('label', { class: 'log' }, input, make('span', {}, text));
      };
      this.reset = make('button', { type: 'button', class: 'reset', hidden: true,
        onclick: () => { this.graph.resetZoom(); this.show(); this.reset.hidden = true; } }, 'Reset zoom');
      const tools = make('div', { class: 'tools' }, which, choice('y', this.y), choice('x', this.x),
        make('div', { class: 'logs' }, log('logX', 'log x'), log('logY', 'log y')), this.reset);
      this.yTitle = make('div', { class: 'axis-name y' });
      this.xTitle = make('div', { class: 'axis-name x' });
      this.plot = make('div', { class: 'plot', role: 'img' });
      this.tip = make('div', { class: 'tip', hidden: true });
      this.names = make('div', { class: 'names', 'aria-hidden': 'true' });
      this.frame = make('div', { class: 'frame' }, this.plot, this.names, this.tip);
      this.body = make('div', {}, tools, this.yTitle, this.frame, this.xTitle, this.legend());
      this.figure.append(this.body);
    }

    legend() {
      const groups = new Map();
      this.series.forEach((s, i) => {
        if (!this.present[i]) return;
        if (!groups.has(s.group)) groups.set(s.group, []);
        groups.get(s.group).push(i);
      });
      const grouped = [...groups.values()].some((g) => g.length > 1);
      this.boxes = [];
      this.values = [];
      const set = (choose) => () => {
        this.series.forEach((s, i) => { this.shown[i] = choose(s, i); });
        this.show();
      };
      const buttons = make('div', { class: 'sets' });
      const button = (text, choose) => buttons.append(make('button', { type: 'button', onclick: set(choose) }, text));
      if (grouped) button('Best of each', (s) => s.shown);
      button('All', () => true);
      button('None', () => false);
      const list = make('div', { class: grouped ? 'groups' : 'groups flat' });
      for (const [name, members] of groups) {
        const block = make('div', { class: 'group' });
        if (members.length > 1)
          block.append(make('button', { type: 'button', class: 'group-name', title: 'show or hide all of these',
            onclick: () => {
              const all = members.every((i) => this.shown[i]);
              for (const i of members) this.shown[i] = !all;
              this.show();
            } }, name));
        for (const i of members) {
          const s = this.series[i];
          this.boxes[i] = make('input', { type: 'checkbox', onchange: (e) => { this.shown[i] = e.target.checked; this.show(); } });
          this.values[i] = make('output', {});
          const text = members.length > 1 ? withoutGroup(s.label, name) : s.label;
          block.append(make('label', { class: 'item', title: s.label, 'data-series': i,
            onmouseenter: () => this.point(i), onmouseleave: () => this.unpoint() },
            this.boxes[i], keyLine(s), make('span', { class: 'name' }, text), this.values[i]));
        }
        list.append(block);
      }
      return make('div', { class: 'legend' }, buttons, list, this.note = make('p', { class: 'note' }));
    }

    // Rows of Dygraphs: x, then [low, middle, high] for each line that this pair of axes has.
    rows() {
      const { grid, lines } = this.current;
      this.columns = [];
      lines.forEach((l, i) => { if (l) this.columns.push(i); });
      const middles = lines.flatMap((l) => (l ? l.middle.filter((v) => v !== null) : []));
      const top = Math.max(...middles), lowest = Math.min(...middles);
      const shares = Boolean(this.steps);  // from nothing to all
      this.canLogY = lowest >= 0 && top > 0 && !shares;
      this.whole = shares ? [0, 1.02] : [this.canLogY ? Math.max(lowest, 1e-6 * top) : lowest, top > lowest ? top : lowest + 1];
      this.canLogX = grid[grid.length - 1] > 0;
      const ends = this.columns.map((i) => grid[lines[i].first + lines[i].middle.length - 1]).filter((v) => v > 0);
      const far = this.preferLogX ?? Math.max(...ends) / Math.min(...ends) > 8;
      const tall = this.preferLogY ?? (this.state.y === 'error' ? this.canLogY : this.state.y === 'f' && this.canLogY && top / Math.max(lowest, 1e-16) > 100);
      this.state.logX = this.canLogX && (this.chosen.logX ?? far);
      this.state.logY = this.canLogY && (this.chosen.logY ?? tall);
      const positive = middles.filter((v) => v > 0);
      const floor = (this.floor = this.state.y === 'error' ? Math.min(...positive) / 2 : 1e-16);
      this.floored = this.state.logY && lowest < floor;
      const y = (v) => (v === null ? null : this.state.logY ? Math.max(v, floor) : v);
      const bottom = this.state.y === 'accuracy' ? 0 : lowest;
      const rows = [];
      grid.forEach((x, k) => {
        if (this.state.logX && !(x > 0)) return;
        const row = [x];
        for (const i of this.columns) {
          const l = lines[i], at = k - l.first;
          const middle = at >= 0 && at < l.middle.length ? y(l.middle[at]) : null;
          if (middle === null) row.push([null, null, null]);
          else if (!l.low) row.push([middle, middle, middle]);
          else row.push([y(l.low[at] ?? bottom), middle, y(l.high[at] ?? top)]);  // an edge without end: to the border
        }
        rows.push(row);
      });
      return rows;
    }

    draw() {
      this.graph?.destroy();
      const rows = (this.table = this.rows());
      const { x, y, logX, logY } = this.state;
      const fx = format(x), fy = format(y);
      this.logXBox.checked = logX;
      this.logYBox.checked = logY;
      this.logXBox.disabled = !this.canLogX;
      this.logYBox.disabled = !this.canLogY;
      const axisName = (axes, key) => { const a = axes.find((b) => b.key === key); return a.title ?? a.name; };
      this.yTitle.textContent = axisName(this.y, y) + fy.title;
      this.xTitle.textContent = axisName(this.x, x);
      const many = this.columns.some((i) => this.current.lines[i].low);
      this.note.textContent = (this.told ?? '') + (many ? 'Lines are medians over seeds, bands reach from the 10 % to the 90 % quantile. ' : '') +
        (this.floored ? (y === 'error' ? 'No error at all is drawn at the bottom. ' : 'Values below 10⁻¹⁶ are drawn there. ') : '') +
        'Drag to zoom, double-click to go back.';
      this.plot.setAttribute('aria-label', `${axisName(this.y, y)} against ${axisName(this.x, x)}; the table above has the results`);
      const model = { ...Dygraph.defaultInteractionModel };
      for (const kind of ['touchstart', 'touchmove', 'touchend']) {  // one finger scrolls the page, two zoom
        const act = model[kind];
        model[kind] = (event, g, context) => { if (event.touches.length > 1 || context.isZooming) act(event, g, context); };
      }
      const series = {};
      this.columns.forEach((i) => {
        series['s' + i] = { strokePattern: this.series[i].dash ? this.series[i].dash.split(' ').map(Number) : null };
      });
      const names = this.frame.clientWidth > 640;  // room for names at the ends of the lines
      this.named = names;
      this.graph = new Dygraph(this.plot, rows, {
        labels: [x, ...this.columns.map((i) => 's' + i)],
        colors: this.columns.map((i) => css('--c' + this.series[i].color)),
        visibility: this.columns.map((i) => this.shown[i]),
        customBars: true, fillAlpha: 0.14, strokeWidth: 1.8, series,
        stepPlot: Boolean(this.steps), drawPoints: Boolean(this.points), pointSize: 3,
        connectSeparatedPoints: true, legend: 'never', animatedZooms: false, interactionModel: model,
        logscale: logY, xRangePad: logX ? 0 : 2, yRangePad: 8, rightGap: names ? this.nameWidth() + 12 : 10,
        gridLineColor: css('--line'), gridLineWidth: 1, axisLineColor: css('--line-strong'), axisTickSize: 4,
        axisLabelFontSize: 12, axisLabelWidth: 64,
        highlightCircleSize: 0,
        highlightSeriesOpts: { strokeWidth: 3, highlightCircleSize: 4 },
        highlightSeriesBackgroundAlpha: 0.45, highlightSeriesBackgroundColor: css('--page-rgb'),
        axes: {
          x: { logscale: logX, axisLabelFormatter: (v) => fx.tick(v), ...(logX ? { ticker: logTicks(fx) } : { ticker: Dygraph.numericTicks }), pixelsPerLabel: 64 },
          y: { axisLabelFormatter: (v) => fy.tick(v), ...(logY ? { ticker: logTicks(fy) } : {}), axisLabelWidth: 52, pixelsPerLabel: 44 },
        },
        highlightCallback: (event, xv, points, row, name) => this.hover(xv, points, row, name),
        unhighlightCallback: () => this.unhover(),
        drawCallback: (g, initial) => { if (!initial) this.reset.hidden = !(this.steps ? g.isZoomed('x') : g.isZoomed()); this.placeNames(g); this.count(); },
      });
      this.show();
    }

    // What the reader sees, told to the tests: how many lines have two points or more.
    count() {
      const drawn = this.columns.filter((i) => this.shown[i] && this.current.lines[i].middle.filter((v) => v !== null).length > 1);
      this.figure.dataset.drawn = drawn.length;
      root.dataset.drawn = [...document.querySelectorAll('figure.curves')].reduce((n, f) => n + Number(f.dataset.drawn || 0), 0);
    }

    show() {
      this.boxes.forEach((box, i) => { box.checked = this.shown[i]; box.closest('.item').classList.toggle('off', !this.shown[i]); });
      const any = this.columns.some((i) => this.shown[i]);  // without a line Dygraphs finds no range of its own
      this.graph.updateOptions({ axes: { y: { valueRange: any && !this.steps ? null : this.whole } } }, true);
      const visibility = {};
      this.columns.forEach((i, k) => { visibility[k] = this.shown[i]; });
      this.graph.setVisibility(visibility);
      this.finals();
    }

    finals() {
      this.values.forEach((v, i) => {
        const line = this.current.lines[i];
        const last = line ? line.middle.filter((m) => m !== null).pop() : undefined;
        v.textContent = last === undefined ? '–' : format(this.state.y).value(last);
      });
    }

    // How wide the names at the ends of the lines are: the key, and the longest label, within reason.
    nameWidth() {
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = '12.2px ' + getComputedStyle(document.body).fontFamily;
      const longest = Math.max(...this.columns.map((i) => pen.measureText(this.series[i].label).width));
      return 32 + Math.min(Math.ceil(longest), this.frame.clientWidth > 900 ? 240 : 140);
    }

    // The name of each line beside its end, pushed apart where they would meet.
    placeNames(g) {
      this.names.replaceChildren();
      if (!this.named) return;
      const area = g.getArea(), height = 15, range = g.yAxisRange(0);
      const places = [];
      this.columns.forEach((i) => {
        if (!this.shown[i]) return;
        const line = this.current.lines[i];
        let last = null;
        for (const v of line.middle) if (v !== null) last = v;
        if (last === null) return;
        const v = this.state.logY ? Math.max(last, this.floor) : last;
        const y = g.toDomYCoord(v);
        if (!(v >= range[0] && v <= range[1])) return;
        places.push({ i, y, at: y });
      });
      if (places.length * height > area.h) return;
      places.sort((a, b) => a.y - b.y);
      for (let turn = 0; turn < 60; ++turn)
        for (let k = 1; k < places.length; ++k) {
          const overlap = height - (places[k].at - places[k - 1].at);
          if (overlap > 0) places[k - 1].at -= overlap / 2, places[k].at += overlap / 2;
        }
      const top = area.y + height / 2, bottom = area.y + area.h - height / 2, n = places.length;
      for (let k = n - 1; k >= 0; --k) places[k].at = Math.min(places[k].at, bottom - (n - 1 - k) * height);
      for (let k = 0; k < n; ++k) places[k].at = Math.max(places[k].at, top + k * height);
      for (const p of places) {
        const name = make('div', { class: 'line-name' }, keyLine(this.series[p.i]), make('span', {}, this.series[p.i].label));
        name.style.maxWidth = this.frame.clientWidth - area.x - area.w - 8 + 'px';
        name.style.left = area.x + area.w + 8 + 'px';
        name.style.top = p.at - height / 2 + 'px';
        this.names.append(name);
      }
    }

    hover(x, points, row, name) {
      const i = Number(name.slice(1)), fx = format(this.state.x), fy = format(this.state.y);
      const point = points.find((p) => p.name === name);
      if (!point) return;
      const cell = this.table.find((r) => r[0] === x)[1 + this.columns.indexOf(i)];
      const band = cell[0] !== cell[2] ? make('div', { class: 'faint' }, `10–90 %: ${fy.value(cell[0])} … ${fy.value(cell[2])}`) : '';
      this.tip.replaceChildren(make('strong', {}, this.series[i].label),
        make('div', {}, fy.value(cell[1])), band,
        make('div', { class: 'faint' }, this.x.find((a) => a.key === this.state.x).name + ' ' + fx.value(x)));
      this.tip.hidden = false;
      const right = point.canvasx > this.frame.clientWidth / 2;
      this.tip.style.left = right ? '' : point.canvasx + 14 + 'px';
      this.tip.style.right = right ? this.frame.clientWidth - point.canvasx + 14 + 'px' : '';
      this.tip.style.top = Math.max(0, Math.min(point.canvasy - 30, this.frame.clientHeight - 90)) + 'px';
      for (const p of points) {
        const j = Number(p.name.slice(1));
        if (this.values[j] && p.yval !== null && !isNaN(p.yval)) this.values[j].textContent = fy.value(p.yval);
      }
      this.mark(i);
    }
    unhover() {
      this.tip.hidden = true;
      this.finals();
      this.mark(-1);
    }
    mark(i) {
      for (const item of this.figure.querySelectorAll('.item')) item.classList.toggle('hot', Number(item.dataset.series) === i);
    }
    point(i) {
      const line = this.current.lines[i];
      if (!this.shown[i] || !line) return;
      const last = this.current.grid[line.first + line.middle.length - 1];
      const row = this.table.findIndex((r) => r[0] === last);
      if (row >= 0) this.graph.setSelection(row, 's' + i);
    }
    unpoint() { this.graph.clearSelection(); }
  }

  // Every choice of axes and lines is drawn once; the canvases must not stay blank. Asked for by the tests (#selftest).
  function selfTest(charts) {
    let ink = Infinity, views = 0;
    const colored = (canvas) => {  // lines have a hue; the grid and the axes are grey
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let n = 0;
      for (let k = 0; k < data.length; k += 4) {
        const [r, g, b, alpha] = data.subarray(k, k + 4);
        if (alpha > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 60) ++n;
      }
      return n;
    };
    const view = (chart, x, y, log) => {
      Object.assign(chart.state, { x, y });
      chart.chosen = { logX: log, logY: log };
      chart.draw();
      ink = Math.min(ink, [...chart.plot.querySelectorAll('canvas')].reduce((n, c) => n + colored(c), 0));
      ++views;
    };
    for (const chart of charts) {
      for (let k = chart.problems.length - 1; k >= 0; --k) {
        chart.use(k);
        for (const pair of Object.keys(chart.data))
          for (const log of [false, true]) view(chart, ...pair.split('/'), log);
      }
      for (const button of chart.figure.querySelectorAll('.sets button, .group-name')) button.click();
      chart.shown = chart.series.map(() => true);
      chart.show();
      chart.point(chart.columns[0]);
      chart.unpoint();
    }
    for (const button of document.querySelectorAll('thead button')) button.click();
    for (const box of document.querySelectorAll('input[data-route]')) box.click();
    root.dataset.selftest = `views=${views} ink=${ink}`;
  }

  addEventListener('DOMContentLoaded', () => {
    for (const table of document.querySelectorAll('table')) sortable(table);
    for (const box of document.querySelectorAll('input[data-route]')) {
      const route = document.getElementById(box.dataset.route), label = box.closest('label');
      const focus = (on) => {
        route.classList.toggle('hot', on);
        route.closest('svg').classList.toggle('focus', on && box.checked);
      };
      const show = () => { route.style.display = box.checked ? '' : 'none'; };
      box.addEventListener('change', () => { show(); focus(label.matches(':hover')); });
      label.addEventListener('mouseenter', () => focus(true));
      label.addEventListener('mouseleave', () => focus(false));
      show();
    }
    const charts = [];
    for (const figure of document.querySelectorAll('figure.curves')) {
      try {
        charts.push(new Chart(figure));
      } catch (e) {
        trouble(e && e.stack || e);
      }
    }
    root.dataset.charts = charts.length;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((c) => c.draw()));
    let width = innerWidth;
    addEventListener('resize', () => {
      if (innerWidth === width) return;
      width = innerWidth;
      for (const c of charts) if (c.named !== c.frame.clientWidth > 640) c.draw();
    });
    if (location.hash === '#selftest') selfTest(charts);
  });
})();
