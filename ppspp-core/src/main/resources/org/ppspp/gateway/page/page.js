"use strict";

/* The page of a gateway. It is told once a second how everything stands (see StatusJson) and draws that; history is kept here. */

const HISTORY_SECONDS = 480;
const byId = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* ---- words and numbers */

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let power = 0;
  let value = bytes;
  while (value >= 1023.95 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  return (power === 0 ? value : value.toFixed(1)) + " " + units[power];
}

const rate = (bytesPerSecond) => size(Math.round(bytesPerSecond)) + "/s";
const count = (number) => number.toLocaleString("en-US").replaceAll(",", "\u202f");

function duration(seconds) {
  if (seconds < 100) {
    return seconds.toFixed(seconds < 10 ? 1 : 0) + " s";
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? minutes + " min " + Math.round(seconds % 60) + " s"
    : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

function put(id, text) {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/* ---- MPEG transport streams for MediaSource */

/** The MIME type with codecs of a transport stream, or null while its tables and first picture are not among the bytes. */
function transportStreamType(bytes) {
  let start = 0;
  while (start + 376 < bytes.length && !(bytes[start] === 0x47 && bytes[start + 188] === 0x47)) {
    start += 1;
  }
  let tablePid = -1;
  let streams = null;
  let profile = null;
  for (let at = start; at + 188 <= bytes.length; at += 188) {
    const pid = ((bytes[at + 1] & 0x1f) << 8) | bytes[at + 2];
    const begins = (bytes[at + 1] & 0x40) !== 0;
    const payload = at + 4 + ((bytes[at + 3] & 0x20) !== 0 ? 1 + bytes[at + 4] : 0);
    if (pid === 0 && begins) {
      const table = payload + 1 + bytes[payload];
      tablePid = ((bytes[table + 10] & 0x1f) << 8) | bytes[table + 11];
    } else if (pid === tablePid && begins && streams === null) {
      const table = payload + 1 + bytes[payload];
      const end = Math.min(table + 3 + (((bytes[table + 1] & 0x0f) << 8) | bytes[table + 2]) - 4, at + 188);
      let entry = table + 12 + (((bytes[table + 10] & 0x0f) << 8) | bytes[table + 11]);
      streams = [];
      while (entry + 5 <= end) {
        streams.push(bytes[entry]);
        entry += 5 + (((bytes[entry + 3] & 0x0f) << 8) | bytes[entry + 4]);
      }
    }
    for (let i = payload; profile === null && i + 7 < at + 188; i += 1) {
      if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1 && (bytes[i + 3] & 0x1f) === 7 && bytes[i + 3] & 0x60) {
        profile = Array.from(bytes.subarray(i + 4, i + 7), (each) => each.toString(16).padStart(2, "0")).join("");
      }
    }
  }
  if (streams === null || (streams.includes(0x1b) && profile === null && bytes.length < 4 << 20)) {
    return null;
  }
  const codecs = streams
    .map((type) => ({ 0x1b: "avc1." + (profile ?? "64001f"), 0x0f: "mp4a.40.2", 0x03: "mp4a.6B", 0x04: "mp4a.69" })[type])
    .filter((codec) => codec);
  return 'video/mp2t; codecs="' + codecs.join(", ") + '"';
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Plays a transport stream with what the browser itself has: bytes are fetched and appended. */
class StreamPlayer {
  static BEHIND_SECONDS = 20;
  static AHEAD_SECONDS = 40;
  static MAX_DELAY_SECONDS = 8;

  constructor(video, url, live, failed) {
    this.video = video;
    this.live = live;
    this.failed = failed;
    this.source = new MediaSource();
    this.abort = new AbortController();
    this.objectUrl = URL.createObjectURL(this.source);
    video.src = this.objectUrl;
    this.source.addEventListener("sourceopen", () => this.run(url), { once: true });
  }

  async run(url) {
    try {
      const answer = await fetch(url, { signal: this.abort.signal });
      if (!answer.ok) {
        throw new Error("the stream is not there (" + answer.status + ")");
      }
      const reader = answer.body.getReader();
      let bytes = new Uint8Array(0);
      let buffer = null;
      for (;;) {
        const { value, done } = await reader.read();
        if (done) {
          break;
        }
        bytes = joined(bytes, value);
        if (buffer === null) {
          const type = transportStreamType(bytes);
          if (type === null) {
            continue;
          }
          if (!MediaSource.isTypeSupported(type)) {
            throw new Error("this browser does not decode " + type);
          }
          buffer = this.source.addSourceBuffer(type);
        }
        await this.append(buffer, bytes);
        bytes = new Uint8Array(0);
        await this.follow(buffer);
      }
      if (this.live) {
        throw new Error("the stream has ended");
      }
      this.source.endOfStream();
    } catch (problem) {
      if (!this.abort.signal.aborted) {
        this.failed(problem);
      }
    }
  }

  async append(buffer, bytes) {
    await this.change(buffer, () => buffer.appendBuffer(bytes));
    const video = this.video;
    const ranges = buffer.buffered;
    if (ranges.length > 0 && video.currentTime < ranges.start(0)) {
      video.currentTime = ranges.start(0) + 0.05;
    }
  }

  /** Keeps near the edge of what is live, jumps over gaps, and forgets what has been shown. */
  async follow(buffer) {
    const video = this.video;
    let ranges = buffer.buffered;
    if (ranges.length === 0) {
      return;
    }
    const end = ranges.end(ranges.length - 1);
    const last = ranges.start(ranges.length - 1);
    if (ranges.length > 1 && video.readyState < 3 && video.currentTime < last) {
      video.currentTime = last + 0.05;
    } else if (this.live && end - video.currentTime > StreamPlayer.MAX_DELAY_SECONDS && !video.paused) {
      video.currentTime = end - 1.5;
    }
    const shown = video.currentTime - StreamPlayer.BEHIND_SECONDS;
    if (ranges.start(0) < shown - 5) {
      await this.change(buffer, () => buffer.remove(0, shown));
    }
    while (!this.live && !this.abort.signal.aborted && end - video.currentTime > StreamPlayer.AHEAD_SECONDS) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  change(buffer, action) {
    return new Promise((resolve, reject) => {
      buffer.addEventListener("updateend", resolve, { once: true });
      buffer.addEventListener("error", () => reject(new Error("this browser does not decode the stream")), { once: true });
      action();
    });
  }

  close() {
    this.abort.abort();
    URL.revokeObjectURL(this.objectUrl);
  }
}

/* ---- the player */

const video = byId("video");
const player = { shown: null, stream: null, retry: null, failures: 0 };

function note(text) {
  put("player-note", text);
  byId("player-note").hidden = text === "";
}

function endPlayer() {
  clearTimeout(player.retry);
  if (player.stream !== null) {
    player.stream.close();
    player.stream = null;
  }
  video.removeAttribute("src");
  video.load();
  note("");
}

async function play() {
  video.muted = false;
  try {
    await video.play();
  } catch (refused) {
    if (refused.name === "NotAllowedError") {
      video.muted = true;
      video.play().catch(() => {});
    }
  }
}

const playsHls = () => video.canPlayType("application/vnd.apple.mpegurl") !== "";
const playsStreams = () => "MediaSource" in window && MediaSource.isTypeSupported('video/mp2t; codecs="avc1.42e01e"');

function openPlayer(content) {
  endPlayer();
  const stream = content.type === "video/mp2t";
  if (stream && !content.live && content.hls !== null && playsHls()) {
    video.src = content.hls;
  } else if (stream && playsStreams()) {
    player.stream = new StreamPlayer(video, content.url, content.live, (problem) => playerFailed(content, problem.message));
  } else if (stream && content.hls !== null && playsHls()) {
    video.src = content.hls;
  } else if (stream) {
    note("This browser does not play MPEG transport streams. Open the address below with mpv, VLC or ffplay.");
    return;
  } else {
    video.src = content.url;
  }
  play();
}

function playerFailed(content, reason) {
  player.failures += 1;
  if (content.live && player.failures < 100) {
    note("Interrupted: " + reason + ". Trying again …");
    player.retry = setTimeout(() => openPlayer(content), Math.min(10000, 1000 * player.failures));
  } else {
    note("This browser does not play it: " + reason + ". Try the address below with mpv, VLC or ffplay.");
  }
}

video.addEventListener("playing", () => {
  player.failures = 0;
  note(video.muted ? "Playing without sound, as browsers want it until you unmute." : "");
});
video.addEventListener("volumechange", () => video.muted || note(""));
video.addEventListener("error", () => {
  const content = current();
  if (content !== null && player.stream === null && video.hasAttribute("src")) {
    playerFailed(content, video.error?.message || "the format is unknown");
  }
});

function showPlayer(content) {
  const playable = /^(video|audio)\//.test(content.type ?? "");
  byId("video").hidden = !playable;
  byId("poster").hidden = playable;
  const wanted = playable ? content.url : null;
  if (wanted !== player.shown) {
    player.shown = wanted;
    player.failures = 0;
    if (playable) {
      openPlayer(content);
    } else {
      endPlayer();
    }
  }
}

/* ---- what is known */

const known = { status: null, selected: null, history: new Map(), peers: new Map(), cells: new Uint8Array(0) };

function current() {
  const contents = known.status?.contents ?? [];
  return contents.find((content) => content.name === known.selected) ?? contents[0] ?? null;
}

function remember(status) {
  for (const content of status.contents) {
    const history = known.history.get(content.name) ?? [];
    history.push({ time: status.time, down: content.down_bytes_per_second, up: content.up_bytes_per_second });
    while (history.length > 0 && history[0].time < status.time - HISTORY_SECONDS * 1000) {
      history.shift();
    }
    known.history.set(content.name, history);
    const peers = new Map();
    const before = known.peers.get(content.name) ?? new Map();
    for (const peer of content.peers) {
      const last = before.get(peer.address);
      const seconds = last ? (status.time - last.time) / 1000 : 0;
      const smooth = (now, then, old) => (seconds > 0 ? 0.6 * old + (0.4 * Math.max(0, now - then)) / seconds : 0);
      peers.set(peer.address, {
        time: status.time,
        received: peer.received_bytes,
        sent: peer.sent_bytes,
        down: last ? smooth(peer.received_bytes, last.received, last.down) : 0,
        up: last ? smooth(peer.sent_bytes, last.sent, last.up) : 0,
      });
    }
    known.peers.set(content.name, peers);
  }
  known.status = status;
}

/* ---- drawing */

const STATES = {
  checking: ["checking the file", "warn"],
  connecting: ["looking for peers", "warn"],
  downloading: ["downloading", "good"],
  streaming: ["live", "good"],
  seeding: ["complete, sharing", "good"],
  paused_disk: ["waiting for the disk", "bad"],
  stopped: ["stopped", "bad"],
};

function show() {
  const content = current();
  if (content === null) {
    return;
  }
  const here = content.verified_bytes + content.unproven_bytes;
  const part = content.length > 0 ? here / content.length : content.length === 0 ? 1 : null;
  const percent = part === null ? "" : (part === 1 ? "100" : Math.min(99.9, 100 * part).toFixed(1)) + "\u202f%";
  const [word, tone] = STATES[content.state] ?? [content.state, "good"];
  document.title = (content.live || part === 1 || part === null ? "" : percent + " · ") + content.name;
  put("name", content.name);
  put("swarm", content.swarm);
  byId("swarm").title = content.swarm;
  put("state", content.live && content.state === "seeding" ? "the stream has ended" : word);
  byId("state").className = "badge " + tone;
  showContents();
  showPlayer(content);
  showPoster(content, percent, part);
  showFigures(content);
  showPeers(content);
  showMap(content, percent, here);
  drawChart();
  put(
    "promise",
    content.stream.signed === false
      ? "This stream is not signed: anybody in the swarm can put anything into it."
      : "Every chunk is verified before it is played or passed on.",
  );
  const direct = byId("direct");
  direct.hidden = false;
  direct.href = content.url;
  put("direct", direct.href);
}

function showContents() {
  const nav = byId("contents");
  const names = known.status.contents.map((content) => content.name);
  nav.hidden = names.length < 2;
  if (nav.hidden) {
    return;
  }
  if (nav.childElementCount !== names.length) {
    nav.replaceChildren(
      ...names.map((name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", () => {
          known.selected = name;
          show();
        });
        return button;
      }),
    );
  }
  for (const button of nav.children) {
    button.setAttribute("aria-pressed", String(button.textContent === current().name));
  }
}

function showPoster(content, percent, part) {
  put("poster-percent", percent);
  put(
    "poster-text",
    part === 1
      ? "All of it is here and verified."
      : content.eta_seconds !== null
        ? duration(content.eta_seconds) + " left"
        : content.type === null
          ? "Waiting for the first bytes …"
          : "On its way.",
  );
  const link = byId("download");
  link.hidden = content.length === null;
  link.href = content.url;
  put("download", part === 1 ? "Save the file" : "Save the file while it arrives");
}

function bufferedSeconds() {
  const ranges = video.buffered;
  for (let i = 0; i < ranges.length; i += 1) {
    if (ranges.start(i) <= video.currentTime + 0.1 && video.currentTime <= ranges.end(i)) {
      return ranges.end(i) - video.currentTime;
    }
  }
  return 0;
}

function showFigures(content) {
  put("down", rate(content.down_bytes_per_second));
  put("down-total", size(content.received_bytes) + " in all");
  put("up", rate(content.up_bytes_per_second));
  put("up-total", size(content.sent_bytes) + " in all");
  put("peer-count", String(content.connected_peers));
  put("peer-known", count(Math.max(content.known_peers, content.connected_peers)) + " known");
  put("verified-label", content.stream.signed === false ? "Here" : "Verified");
  put("verified", count(content.verified_chunks));
  put("refused", count(content.refused_chunks));
  byId("refused").className = content.refused_chunks > 0 ? "alarm" : "";
  put("duplicates", count(content.duplicate_chunks) + " came twice");
  const playing = player.shown !== null && video.readyState > 0;
  const stored = content.ahead_bytes === null ? "" : size(content.ahead_bytes) + " stored ahead";
  put("ahead", playing ? duration(bufferedSeconds()) : content.ahead_bytes === null ? "–" : size(content.ahead_bytes));
  put("ahead-more", playing ? stored : "");
  document.querySelectorAll(".tile.live").forEach((tile) => (tile.hidden = !content.live));
  const delay = liveDelay(content, playing);
  put("delay", delay === null ? "–" : duration(delay));
  put("lost", count(content.stream.lost_chunks ?? 0));
}

/** How old the picture is: as old as the newest bytes that it can get, and as long as those wait to be shown. */
function liveDelay(content, playing) {
  const { delay_seconds: delay, buffer_seconds: buffer } = content.stream;
  return delay === undefined ? null : playing ? Math.max(0, delay - buffer) + bufferedSeconds() : delay;
}

function cell(text, className) {
  const element = document.createElement("td");
  element.className = className ?? "";
  element.textContent = text;
  return element;
}

function showPeers(content) {
  const total = content.peers.reduce((sum, peer) => sum + peer.received_bytes, 0);
  const rates = known.peers.get(content.name);
  const sorted = [...content.peers].sort((a, b) => b.received_bytes - a.received_bytes || b.sent_bytes - a.sent_bytes);
  byId("no-peers").hidden = sorted.length > 0;
  byId("peers").replaceChildren(
    ...sorted.map((peer) => {
      const row = document.createElement("tr");
      const address = cell("", "mono");
      const extra = [peer.dialect, peer.complete ? "seed" : ""].filter((each) => each).join(", ");
      address.textContent = peer.address + (extra === "" ? "" : " ");
      if (extra !== "") {
        const small = document.createElement("span");
        small.className = "quiet";
        small.textContent = extra;
        address.append(small);
      }
      const share = document.createElement("td");
      const part = total > 0 ? peer.received_bytes / total : 0;
      const meter = document.createElement("meter");
      meter.value = part;
      meter.title = size(peer.received_bytes) + " from here, " + size(peer.sent_bytes) + " to it";
      meter.setAttribute("aria-label", "share of the bytes");
      share.append(meter, " " + Math.round(100 * part) + "\u202f%");
      const speed = rates?.get(peer.address) ?? { down: 0, up: 0 };
      row.append(
        address,
        share,
        cell(rate(speed.down), "number"),
        cell(rate(speed.up), "number"),
        cell(peer.rtt_ms === null ? "–" : peer.rtt_ms.toFixed(peer.rtt_ms < 10 ? 1 : 0) + " ms", "number"),
        cell(String(peer.outstanding_chunks), "number"),
      );
      return row;
    }),
  );
}

function surface(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

function showMap(content, percent, here) {
  known.cells = Uint8Array.from(atob(content.cells), (c) => c.charCodeAt(0));
  byId("map-card").hidden = content.live && known.cells.length === 0;
  put("map-title", content.live ? "Live edge" : "Content");
  put("legend-missing", content.live ? "missing" : "not yet");
  const left = content.eta_seconds !== null && content.eta_seconds > 0 ? " · " + duration(content.eta_seconds) + " left" : "";
  put(
    "map-text",
    content.stream.bytes_per_second > 0
      ? "half a minute at " + rate(content.stream.bytes_per_second)
      : content.length === null
      ? size(here)
      : here === content.length
        ? size(here) + " · all here"
        : percent + " · " + size(here) + " of " + size(content.length) + left,
  );
  byId("map").setAttribute("aria-label", "Map of the chunks: " + byId("map-text").textContent);
  drawMap();
}

/** As many equal squares as there are cells, row by row; of a stream the newest are last. */
function drawMap() {
  const cells = known.cells;
  const { context, width, height } = surface(byId("map"));
  if (cells.length === 0 || width === 0) {
    return;
  }
  let columns = Math.max(1, Math.ceil(width / 18));
  while (Math.ceil(cells.length / columns) * (width / columns) > height) {
    columns += 1;
  }
  const step = width / columns;
  const side = Math.max(1, step - (step > 5 ? 1.5 : step > 3 ? 1 : 0.4));
  const head = playHead(cells.length);
  byId("legend-play").hidden = head < 0;
  const [missing, have, play] = [css("--missing"), css("--have"), css("--play")];
  for (let i = 0; i < cells.length; i += 1) {
    const x = (i % columns) * step;
    const y = Math.floor(i / columns) * step;
    context.globalAlpha = 1;
    context.fillStyle = i === head ? play : missing;
    context.fillRect(x, y, side, side);
    if (cells[i] > 0 && i !== head) {
      context.globalAlpha = 0.25 + (0.75 * cells[i]) / 255;
      context.fillStyle = have;
      context.fillRect(x, y, side, side);
    }
  }
  context.globalAlpha = 1;
}

function playHead(cells) {
  const content = current();
  const playing = player.shown !== null && !content.live && video.duration > 0 && Number.isFinite(video.duration);
  return playing ? Math.min(cells - 1, Math.floor((cells * video.currentTime) / video.duration)) : (content.playing_cell ?? -1);
}

/** 1, 2 or 5 times a power of two of a thousand-and-some: where a grid line looks right. */
function niceCeiling(value) {
  const unit = 1024 ** Math.max(1, Math.floor(Math.log(Math.max(value, 1)) / Math.log(1024)));
  for (let factor = 1; ; factor *= 10) {
    for (const step of [1, 2, 5]) {
      if (value <= unit * factor * step) {
        return unit * factor * step;
      }
    }
  }
}

/** A minute at first, and more as there is more to show. */
function chartSeconds(history, now) {
  const past = history.length > 0 ? (now - history[0].time) / 1000 : 0;
  return [60, 120, 240].find((seconds) => past <= seconds) ?? HISTORY_SECONDS;
}

function drawChart() {
  const content = current();
  const { context, width, height } = surface(byId("chart"));
  if (content === null || width === 0) {
    return;
  }
  const history = known.history.get(content.name) ?? [];
  const now = known.status.time;
  const top = niceCeiling(Math.max(1024, ...history.map((each) => Math.max(each.down, each.up))));
  const seconds = chartSeconds(history, now);
  const box = { left: 0, right: width, top: 18, bottom: height - 20 };
  const x = (time) => box.right - ((now - time) / (seconds * 1000)) * (box.right - box.left);
  const y = (value) => box.bottom - (value / top) * (box.bottom - box.top);
  context.font = "12px " + getComputedStyle(document.body).fontFamily;
  context.strokeStyle = css("--line");
  context.fillStyle = css("--quiet");
  context.lineWidth = 1;
  for (const part of [0, 0.5, 1]) {
    context.beginPath();
    context.moveTo(box.left, Math.round(y(part * top)) + 0.5);
    context.lineTo(box.right, Math.round(y(part * top)) + 0.5);
    context.stroke();
    if (part > 0) {
      context.fillText(rate(part * top), box.left, y(part * top) - 5);
    }
  }
  for (const part of [1, 0.75, 0.5, 0.25, 0]) {
    const ago = part * seconds;
    const label = part === 0 ? "now" : ago < 120 ? "−" + ago + " s" : "−" + ago / 60 + " min";
    context.textAlign = part === 1 ? "left" : part === 0 ? "right" : "center";
    context.fillText(label, x(now - ago * 1000), height - 4);
  }
  context.textAlign = "left";
  drawRate(context, history, x, y, "up", css("--up"), box.bottom);
  drawRate(context, history, x, y, "down", css("--have"), box.bottom);
  const latest = history[history.length - 1];
  const text = latest ? "down " + rate(latest.down) + ", up " + rate(latest.up) : "nothing yet";
  byId("chart").setAttribute("aria-label", "Rates of the last minutes, now " + text);
}

function drawRate(context, history, x, y, name, colour, bottom) {
  if (history.length < 2) {
    return;
  }
  const line = new Path2D();
  history.forEach((each, i) => (i === 0 ? line.moveTo(x(each.time), y(each[name])) : line.lineTo(x(each.time), y(each[name]))));
  const area = new Path2D(line);
  area.lineTo(x(history[history.length - 1].time), bottom);
  area.lineTo(x(history[0].time), bottom);
  context.globalAlpha = 0.14;
  context.fillStyle = colour;
  context.fill(area);
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.stroke(line);
}

function redraw() {
  if (current() !== null) {
    drawMap();
    drawChart();
  }
}

/* ---- news */

const news = new EventSource("events");
news.addEventListener("message", (event) => {
  remember(JSON.parse(event.data));
  show();
});
news.addEventListener("error", () => {
  put("state", "the program does not answer");
  byId("state").className = "badge bad";
});
window.addEventListener("resize", redraw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
window.addEventListener("pagehide", () => news.close());
