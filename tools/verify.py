#!/usr/bin/env python3
"""Verifies the folder of a NORE run with nothing but Python 3.9: a second opinion that shares no code with NORE.

    python3 verify.py RUN_FOLDER [--pubkey FILE|BASE64] [--mirror FILE] [--require-complete] [--all] [--json]

Exit code 0: verified, or good as far as it goes; 4: damaged, or with --require-complete cut short; 2: wrong use.
The formats are those of docs/verify_without_us.md. `verify`, near the end, is the order of things: begin there.
"""
import argparse, base64, hashlib, heapq, json, math, os, re, sys
from array import array
from collections import defaultdict
from decimal import Decimal


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data) != text:
        raise ValueError("is not the base64 of its bytes")
    return data


# ---- Ed25519, RFC 8032 section 5.1: some 5 ms a signature. It takes no secret, so it may be slow and uneven.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] * q[3] % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, p):
    total = (0, 1, 1, 0)
    while scalar:
        total = add(total, p) if scalar & 1 else total
        p, scalar = add(p, p), scalar >> 1
    return total


def decode_point(data):
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), int.from_bytes(data, "little") >> 255
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    if len(data) != 32 or y >= P or x * x % P != xx or (x == 0 and sign):
        raise ValueError("the key is no point of the curve: wanted the base64 of 32 bytes")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decode_point(b"\x58" + b"\x66" * 31)


def is_signed(key, message, signature):
    s, (x, y, z, t) = int.from_bytes(signature[32:], "little"), decode_point(key)
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    x, y, z, _ = add(times(s, BASE), times(k, (P - x, y, z, P - t)))  # R = sB - kA
    z = pow(z, P - 2, P)
    r = (y * z % P | (x * z % P & 1) << 255).to_bytes(32, "little")
    return len(signature) == 64 and s < ORDER and r == signature[:32]


# ---- JSON as JSON.stringify writes it, and nothing else. Where two readers could read two things, one is deceived.

def unique(pairs):
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else refuse("the same key twice")


def refuse(what):
    raise ValueError(f"JSON holds {what}, which JSON.stringify does not write")


def number(text):
    """JavaScript has doubles only, in their shortest digits; an exponent stands below 1e-6 and from 1e21 on."""
    value = float(text)
    short = Decimal(repr(value)).normalize()
    if text != (format(short, "f" if -7 <= short.adjusted() < 21 else "e") if value else "0"):
        refuse(text)
    return value


def integer(text):
    return int(text) if len(text) < 16 and text != "-0" else int(number(text))


STRING = re.compile(r'"(?:[^"\\]|\\(?:["\\bfnrt]|u000[0-7bef]|u001[0-9a-f]|ud[89ab]..(?!\\ud[c-f])|ud[c-f]..))*"')
decoder = json.JSONDecoder(object_pairs_hook=unique, parse_constant=refuse, parse_float=number, parse_int=integer)


def read_json(data):
    try:
        text = data.decode("utf-8")
        value = decoder.decode(text)
    except RecursionError:
        refuse("too many levels")
    if ("\\" in text or text.split() != [text]) and re.search(r'[\s"]', STRING.sub("", text)):
        refuse("white space or an escape")
    return value


def read_line(line):
    """The hash and the JSON of `sha256:<hash>:<json>`, given without its newline."""
    if line[:7] != b"sha256:" or line[71:72] != b":":
        raise ValueError("is not of the form sha256:<64 hex>:<json>")
    digest = hashlib.sha256(line[72:])
    if line[7:71] != digest.hexdigest().encode():
        raise ValueError(f"hash is {line[7:71].decode('latin-1')}, the bytes give {digest.hexdigest()}")
    return digest.digest(), read_json(line[72:])


def open_sealed(data):
    """The fields of an artefact: its first key holds the hash of the file with these 64 digits set to 0."""
    if not re.match(rb'\{"sha256":"[0-9a-f]{64}"', data):
        raise ValueError('does not begin with {"sha256":"<64 hex>"')
    if sha256(data[:11] + b"0" * 64 + data[75:]).encode() != data[11:75]:
        raise ValueError("sha256 does not fit the bytes")
    return read_json(data)


def before_hole(data):
    """Sectors that a power loss kept from the disk read as NULs; no line holds one."""
    return data.split(b"\0", 1)[0]


def same(a, b):
    return a == b and isinstance(a, bool) == isinstance(b, bool)  # Python holds that 1 == True


def show(value):
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."


# ---- JSON Schema, as much of it as the contracts use. Any other keyword is refused: a rule skipped is a rule broken.

def check_fields(want, v):
    known, other = want
    for name in v if isinstance(v, dict) else ():
        wrong = breaks(known.get(name, other), v[name])
        if wrong:
            return f"{name}: {wrong}"


def check_items(want, v):
    first, rest = want
    for i, one in enumerate(v if isinstance(v, list) else ()):
        wrong = breaks(first[i] if i < len(first) else rest, one)
        if wrong:
            return f"{i}: {wrong}"


# Each gives something true where a value breaks what the keyword wants. What is of another type is not its business.
KEYWORDS = {
    "type": lambda want, v: KINDS[type(v)] not in want,
    "const": lambda want, v: not same(v, want),
    "enum": lambda want, v: v not in want or type(v) is bool,
    "pattern": lambda want, v: type(v) is str and not want(v),
    "minLength": lambda want, v: type(v) is str and len(v) < want,
    "maxLength": lambda want, v: type(v) is str and len(v) > want,
    "minimum": lambda want, v: type(v) in (int, float) and v < want,
    "maximum": lambda want, v: type(v) in (int, float) and v > want,
    "minItems": lambda want, v: type(v) is list and len(v) < want,
    "maxItems": lambda want, v: type(v) is list and len(v) > want,
    "uniqueItems": lambda want, v: type(v) is list and want and len({json.dumps(one) for one in v}) < len(v),
    "required": lambda want, v: type(v) is dict and not v.keys() >= want,
    "anyOf": lambda want, v: all(breaks(one, v) for one in want),
    "if": lambda want, v: breaks(want[2] if breaks(want[0], v) else want[1], v),
    "properties": check_fields,
    "items": check_items,
    "false": lambda want, v: "must not be there",
}
KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null",
         int: "integer", float: "float"}
BELONGS_TO = {"additionalProperties": "properties", "prefixItems": "items", "then": "if", "else": "if"}


def breaks(rules, v):
    for keyword, test, want in rules:
        wrong = test(want, v)
        if wrong:
            return wrong if type(wrong) is str else f"{show(v)} breaks {keyword}"


def prepare(schema, root):
    """The schema as a list of (keyword, test, what it wants), references resolved; throws on an unknown keyword."""
    if isinstance(schema, bool):
        return [] if schema else [("false", KEYWORDS["false"], None)]
    if "additionalProperties" in schema:
        schema = {"properties": {}, **schema}

    def part(keyword):
        return prepare(schema.get(keyword, True), root)

    rules = []
    for keyword, want in schema.items():
        if keyword in ("$schema", "$id", "$defs", "title", "description") or BELONGS_TO.get(keyword) in schema:
            continue
        if keyword == "$ref":
            rules += prepare(root["$defs"][want[len("#/$defs/"):]], root)
            continue
        values = want if keyword == "enum" else ()
        if keyword not in KEYWORDS or any(isinstance(one, bool) for one in values):
            raise ValueError(f"this verifier does not know the JSON Schema keyword {show(keyword)} here")
        if keyword == "type":
            want = {want} if isinstance(want, str) else set(want)
            want |= {"integer", "float"} if "number" in want else set()
        elif keyword == "pattern":
            # Python's $ also stands before a last newline, and its \d takes the digits of any script.
            if re.search(r"\\[A-Za-z]|\$.", want):
                raise ValueError(f"this verifier does not know the pattern {show(want)}")
            want = re.compile(re.sub(r"\$$", r"\\Z", want)).search
        elif keyword == "required":
            want = set(want)
        elif keyword == "anyOf":
            want = [prepare(one, root) for one in want]
        elif keyword == "properties":
            want = {name: prepare(one, root) for name, one in want.items()}, part("additionalProperties")
        elif keyword == "items":
            want = [prepare(one, root) for one in schema.get("prefixItems", [])], part("items")
        elif keyword == "if":
            want = part("if"), part("then"), part("else")
        rules.append((keyword, KEYWORDS[keyword], want))
    return rules


def form(**fields):
    """The check of an object with exactly these fields, in this order."""
    rules = prepare({"type": "object", "required": list(fields), "properties": fields}, None)
    wanted = f"wanted the fields {' '.join(fields)}, in this order"
    return lambda v: breaks(rules, v) or (None if list(v) == list(fields) else wanted)


COUNT, TEXT = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}, {"type": "string"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LENGTHS = {"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2, "items": COUNT}}
anchor_form = form(schema={"const": "nore/anchor"}, v={"const": 1}, run_id=TEXT, i=COUNT, first=COUNT, last=COUNT,
                   head=HASH, prev=HASH, files=LENGTHS, ts=COUNT, final={"type": "boolean"}, key_id=TEXT, sig=TEXT)
ack_form = form(consumer=TEXT, **{"from": COUNT}, to=COUNT, ts=COUNT)
deadletter_form = form(ts=COUNT, reason_code=TEXT, detail=TEXT, bytes=COUNT, raw=TEXT)
position_form = form(file=TEXT, offset=COUNT, line=COUNT, n={"type": "integer", "minimum": -1})
key_form = {"type": "object", "required": ["key_id", "public_key"],
            "properties": {"algorithm": {"const": "Ed25519"}, "key_id": TEXT, "public_key": TEXT}}
strategy_form = {"type": "object", "required": ["id", "capital"], "properties": {"id": TEXT, "capital": TEXT}}
ai_form = {"anyOf": [{"type": "null"}, {
    "type": "object", "required": ["worker_sha256", "snapshot", "model_sha256"], "properties": {
        "worker_sha256": HASH, "snapshot": {"anyOf": [COUNT, {"type": "null"}]},
        "model_sha256": {"anyOf": [HASH, {"type": "null"}]}}}]}
MANIFEST = {"run_id": {"type": "string", "pattern": "^[0-9]{8}_[0-9]{6}$"}, "mode": TEXT, "prices": TEXT,
            "started_ts": COUNT, "cmdline_hash": HASH, "config_sha256": HASH, "contracts_sha256": HASH, "policy_sha256": HASH,
            "policy_data_sha256": HASH, "strategies": {"type": "array", "items": strategy_form}, "anchor_key": key_form}
manifest_form = prepare({"type": "object", "required": list(MANIFEST), "properties": {**MANIFEST, "ai": ai_form}}, None)


# ---- The folder of a run, and what is found wrong in it.

ENVELOPE = ["schema", "v", "ts", "id", "source", "type", "run_id", "cmdline_hash", "payload"]
ENVELOPES = ENVELOPE, ENVELOPE[:3] + ["ts_iso"] + ENVELOPE[3:]
ANCHORS = "audit/anchors.jsonl"
AI_FILE = re.compile(r"ai/([0-9a-f]{64})\.(?:model\.json|pack\.json|worker\.mjs)")
ARTEFACTS = ["manifest.json", "STOP.flag", "metrics.json", "portfolio.json", "report.json", "report.html",
             "metrics.jsonl", "log.jsonl"]


class Run:
    def __init__(self, folder):
        self.folder, self.problems, self.notes, self.problem_count = folder, [], [], 0
        self.run_id, self.events, self.anchors, self.head, self.complete = None, 0, [], None, False
        self.torn = []  # files that end in the middle of a line or in NULs, and which line that is
        self.rows, self.rows_max = [], None  # the newest that the AI has told, and how many of them a dataset holds
        self.paths, self.known = set(), {*ARTEFACTS}  # all files that are there, and those that belong there
        for place, folders, files in os.walk(folder):
            links = [name for name in folders if os.path.islink(os.path.join(place, name))]
            for name in files + links:
                self.paths.add(os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/"))

    def problem(self, path, line, what):
        self.problem_count += 1
        if len(self.problems) < 1000:
            self.problems.append((path, line, str(what)))

    def read(self, path):
        self.known.add(path)
        try:
            with open(os.path.join(self.folder, path), "rb") as file:
                return file.read()
        except OSError as error:
            self.problem(path, None, f"cannot be read: {error}" if path in self.paths else "is missing")

    def sealed(self, path):
        """The fields of an artefact, {} where it is missing or damaged."""
        data = self.read(path)
        try:
            return {} if data is None else open_sealed(data)
        except ValueError as error:
            self.problem(path, None, error)
            return {}


class Log:
    """One append-only stream: its lines are counted through all segments, name.000001.jsonl, ..., name.jsonl."""

    def __init__(self, run, stem, check=lambda value: None if isinstance(value, dict) else "is no object"):
        segment = re.compile(re.escape(stem) + r"\.[0-9]{6}\.jsonl")
        full = sorted(path for path in run.paths if segment.fullmatch(path))
        for i, path in enumerate(full, 1):
            if path != f"{stem}.{i:06}.jsonl":
                run.problem(path, None, f"is segment {i}")
        self.run, self.check, self.paths = run, check, full + [f"{stem}.jsonl"]
        self.lengths, self.count = {}, 0  # [bytes, lines] of each segment; lines in all

    def __iter__(self):
        """Its good lines: file, line, hash, JSON. A bad one is a problem, and reading goes on behind it."""
        for path in self.paths:
            self.run.known.add(path)
            self.lengths[path] = length = [0, 0]
            if path not in self.run.paths:
                # A crash while a segment is renamed leaves no active one.
                if self.run.complete or len(self.paths) == 1:
                    self.run.problem(path, None, "is missing")
                continue
            with open(os.path.join(self.run.folder, path), "rb") as file:
                for line in file:
                    if line[-1:] != b"\n" or (b"\0" in line and path == self.paths[-1]):
                        self.run.torn.append((path, length[1] + 1))
                        break
                    self.count += 1
                    length[:] = length[0] + len(line), length[1] + 1
                    try:
                        digest, value = read_line(line[:-1])
                        wrong = self.check(value)
                    except ValueError as error:
                        wrong = error
                    if wrong is None:
                        yield path, length[1], digest, value
                    else:
                        self.run.problem(path, length[1], wrong)


# ---- The parts of the verification.

def read_manifest(run):
    """What the run was begun with, each file against the hash that names it; False: nothing can be built on it."""
    manifest = run.manifest = run.sealed("manifest.json")
    wrong = breaks(manifest_form, manifest) if manifest else "cannot be used"
    if wrong:
        run.problem("manifest.json", None, wrong)
        return False
    run.run_id = manifest["run_id"]
    if run.run_id != os.path.basename(run.folder):
        run.problem("manifest.json", None, f"run_id is {run.run_id}, the folder is {os.path.basename(run.folder)}")
    data = run.read("config.json")
    if data is not None and sha256(data) != manifest["config_sha256"]:
        run.problem("config.json", None, f"SHA-256 is {sha256(data)}, the manifest says {manifest['config_sha256']}")
    elif data is not None:
        run.rows_max = rows_max_in(data)
    check_policy(run, manifest)
    paths = sorted(path for path in run.paths if path.startswith("contracts/"))
    contracts = "".join(f"{sha256(run.read(path) or b'')}  {path[len('contracts/'):]}\n" for path in paths)
    if sha256(contracts.encode()) != manifest["contracts_sha256"]:
        run.problem("contracts", None, "SHA-256 over all of it is not that of the manifest")
    return not run.problems


def check_policy(run, digests):
    """A compiled policy and its data, which are named by their hashes."""
    for path, name in ((f"policy/{digests['policy_sha256']}.wasm", "policy_sha256"),
                       (f"policy/{digests['policy_data_sha256']}.data.json", "policy_data_sha256")):
        data = run.read(path)
        if data is not None and sha256(data) != digests[name]:
            run.problem(path, None, f"SHA-256 is {sha256(data)}, expected {digests[name]}")


def is_kept_policy(run, path):
    """What a reload has kept and the log did not take: it holds what its name says. Or only a half made file is there."""
    name = re.fullmatch(r"policy/([0-9a-f]{64})\.(wasm|data\.json)", path)
    return bool(name) and (path not in run.paths or sha256(run.read(path) or b"") == name[1])


def rows_max_in(config):
    """How many rows a dataset of the AI holds; None where the configuration is too old to say."""
    try:
        value = decoder.decode(config.decode())
    except ValueError:
        return None
    for name in ("ai", "snapshots", "rows_max"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if type(value) is int and value > 0 else None


def pack_rows(data):
    """The text of each row of a pack, which is a list of lists of numbers."""
    rows = read_json(data)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows) or \
            not all(type(value) in (int, float) for row in rows for value in row):
        raise ValueError("is no list of rows of numbers")
    return data.decode()[2:-2].split("],[") if rows else []


def check_ai(run, kind, payload):
    """Gives what is wrong with an event that names files of the AI, or None; what is missing is named by itself."""
    if kind == "feature_pack":
        data = run.read(f"ai/{payload['content_sha256']}.pack.json")
        try:
            rows = [] if data is None else pack_rows(data)
        except ValueError as error:
            return f"the pack {payload['content_sha256']} {error}"
        run.rows = (run.rows + rows)[-(run.rows_max or 1):]
        return None if data is None or len(rows) == payload["rows"] else f"rows: the pack holds {len(rows)}"
    snapshot = payload.get("snapshot") if kind == "health" else None
    what = snapshot.get("what") if isinstance(snapshot, dict) else None
    if what not in ("trained", "activated"):
        return None
    if isinstance(snapshot.get("model_sha256"), str):
        run.read(f"ai/{snapshot['model_sha256']}.model.json")
    elif what == "trained":
        return "a snapshot without a model"
    told = sha256(f"[[{'],['.join(run.rows)}]]".encode() if run.rows else b"[]")
    if what == "trained" and (run.rows_max is None or snapshot.get("dataset_sha256") != told):
        return f"dataset_sha256 is {snapshot.get('dataset_sha256')}, the packs so far give {told}"


def check_ai_files(run):
    """In the folder `ai` each file is named by its hash; what the manifest names is there."""
    ai = run.manifest.get("ai") or {}
    if ai:
        run.read(f"ai/{ai['worker_sha256']}.worker.mjs")
    if ai and ai["model_sha256"]:
        run.read(f"ai/{ai['model_sha256']}.model.json")
    for path in sorted(run.paths):
        name = AI_FILE.fullmatch(path)
        data = run.read(path) if name else None
        if data is not None and sha256(data) != name[1]:
            run.problem(path, None, f"SHA-256 is {sha256(data)}, expected {name[1]}")


def read_contracts(run):
    """Type of event -> queue and check. The registry is YAML of the plainest kind; any other line is refused."""
    entries, run.types = {}, {}
    for line in run.read("contracts/contracts.v1.yaml").decode().splitlines():
        name, field = re.fullmatch(r"  ([a-z_]+):", line), re.fullmatch(r"    ([a-z]+): ([\w/.]+)", line)
        if name:
            entry = entries[name[1]] = {}
        elif field:
            entry[field[1]] = field[2]
        elif not re.fullmatch(r"(#.*|v: 1|types:)?", line):
            raise ValueError(f"contracts.v1.yaml: this verifier does not know the line {show(line)}")
    for name, entry in entries.items():
        schema = decoder.decode(run.read("contracts/" + entry["schema"]).decode())
        run.types[name] = entry["queue"], prepare(schema, schema)
    run.queues = sorted({queue for queue, _ in run.types.values()})


def read_anchors(run, key_id):
    """Each follows on the one before, which it names by its hash; the last decides whether the run is complete."""
    next_n, before = 0, "0" * 64
    for path, line, digest, anchor in Log(run, "audit/anchors", anchor_form):
        want = {"run_id": run.run_id, "i": len(run.anchors), "first": next_n, "prev": before, "key_id": key_id}
        for name, value in want.items():
            if anchor[name] != value:
                run.problem(path, line, f"{name} is {show(anchor[name])}, wanted {show(value)}")
        if not anchor["first"] <= anchor["last"] < anchor["first"] + 1000:
            run.problem(path, line, f"covers events {anchor['first']} to {anchor['last']}, allowed are 1 to 1000")
        if run.anchors and run.anchors[-1]["final"]:
            run.problem(path, line, "stands behind the final anchor")
        run.anchors.append({**anchor, "line": line})
        next_n, before = anchor["last"] + 1, digest.hex()
    run.covered = next_n  # events below this number are covered by an anchor
    run.complete = bool(run.anchors) and run.anchors[-1]["final"]


def id_reader(run_id):
    """A function that gives the number n in an id: -1 for one that is not of this run."""
    key = hashlib.sha256(f"nore-id-v1\n{run_id}".encode()).digest()
    mask, tail = int.from_bytes(key[:6], "big"), bytearray(key[6:16])
    tail[0], tail[2] = tail[0] & 0x0F | 0x40, tail[2] & 0x3F | 0x80  # UUID version 4, RFC variant
    suffix = f"-{tail[:2].hex()}-{tail[2:4].hex()}-{tail[4:].hex()}"
    return lambda id_: int(id_[:8] + id_[9:13], 16) ^ mask if id_[13:] == suffix else -1


def events_of(run, queue, log, number_of):
    """The good events of one inbox as (n, queue, file, line, hash, event)."""
    cmdline_hash, last = run.manifest["cmdline_hash"], -1
    for path, line, digest, event in log:
        type_ = event.get("type")
        home, rules = run.types.get(type_, (None, None)) if isinstance(type_, str) else (None, None)
        wrong = breaks(rules, event) if rules else f"no contract for events of type {show(type_)}"
        n = -1 if wrong else number_of(event["id"])
        if not wrong:
            if list(event) not in ENVELOPES:
                wrong = f"fields are {' '.join(event)}, wanted {' '.join(ENVELOPE)}"
            elif home != queue:
                wrong = f"{type_} belongs into {home}"
            elif event["run_id"] != run.run_id or event["cmdline_hash"] != cmdline_hash:
                wrong = "run_id or cmdline_hash is not that of the manifest"
            elif n <= last:
                wrong = f"event {n} stands behind event {last}: doubled or out of order" if n >= 0 else \
                    f"id {event['id']} is not of this run"
        if wrong:
            run.problem(path, line, wrong)
        else:
            last = n
            yield n, queue, path, line, digest, event


def read_events(run, figures):
    """All inboxes merged into the one log that they are: order, time, turns, the stop, and the chain of hashes."""
    number_of = id_reader(run.run_id)
    run.inbox = {queue: Log(run, f"queues/{queue}/inbox") for queue in run.queues}
    run.ns = {queue: array("q") for queue in run.queues}  # the numbers of its events
    run.anchored = {queue: [] for queue in run.queues}  # (last line, ts) at each anchor that found new lines
    run.head = sha256(f"nore-chain-v1\n{run.run_id}\n{sha256(run.read('manifest.json'))}\n".encode())
    anchors, chain = iter(run.anchors), hashlib.sha256(bytes.fromhex(run.head))
    anchor, tail, ts, turn, turn_ts, first_ts, stopping, ended = next(anchors, None), 0, 0, 0, 0, None, False, False
    inboxes = [events_of(run, queue, log, number_of) for queue, log in run.inbox.items()]
    for n, queue, path, line, digest, event in heapq.merge(*inboxes):
        if tail or (n > run.events >= run.covered and not run.complete):
            tail += 1  # a crash may lose lines behind the last anchor: the log ends before the first that is lost
            continue
        kind, payload, cause = event["type"], event["payload"], event["payload"].get("cause")
        trades = kind in ("order_intent", "fill") or \
            (kind == "order_result" and payload["result"] not in ("CANCELED", "EXPIRED", "REJECTED"))
        stops = kind == "stop_journal" or (kind == "risk_action" and payload["action"] == "STOP")
        starts = kind == "lifecycle" and payload["what"] == "started"
        wrong = []
        if n != run.events:
            wrong.append(f"event {run.events} is missing before event {n}")
        if event["ts"] < ts:
            wrong.append(f"ts {event['ts']} is before that of the event before, {ts}")
        if cause is None:
            turn, turn_ts = n, event["ts"]
        elif not turn <= number_of(cause) < n or event["ts"] != turn_ts:
            wrong.append(f"cause {cause} is not of the same turn, or ts {event['ts']} not that of the turn, {turn_ts}")
        # Behind the end stand only the last results of orders that still rested.
        stops_again = stopping and stops and kind == "risk_action"
        if (ended and kind != "order_result") or ((ended or stopping) and trades) or stops_again:
            wrong.append(f"{kind} after {'the end' if ended else 'a stop had begun'}")
        if starts != (n == 0) or (starts and event["ts"] != run.manifest["started_ts"]):
            wrong.append("the night begins with lifecycle started at the manifest's started_ts, and only once")
        wrong.append(figures.step(event))
        wrong.append(check_ai(run, kind, payload))
        if kind == "lifecycle" and "policy" in payload:
            check_policy(run, payload["policy"])
        for what in filter(None, wrong):
            run.problem(path, line, what)
        stopping, ended = stopping or stops, ended or (kind == "lifecycle" and payload["what"] == "ended")
        run.events, ts, first_ts = n + 1, event["ts"], event["ts"] if first_ts is None else first_ts
        run.ns[queue].append(n)
        chain.update(digest)
        if anchor and n >= anchor["last"]:
            if chain.hexdigest() != anchor["head"]:
                what = f"head is {anchor['head']}, events {anchor['first']} to {n} give {chain.hexdigest()}"
                run.problem(ANCHORS, anchor["line"], what)
            if anchor["ts"] != ts or ts - first_ts > 1000:
                what = f"ts is {anchor['ts']}, that of its events {first_ts} to {ts}; allowed are 1000 ms"
                run.problem(ANCHORS, anchor["line"], what)
            for name, ns in run.ns.items():
                if len(ns) > (run.anchored[name][-1][0] + 1 if run.anchored[name] else 0):
                    run.anchored[name].append((len(ns) - 1, anchor["ts"]))
            # Going on from the anchor's own head confines what is wrong to the anchors where it is.
            run.head, first_ts, anchor = anchor["head"], None, next(anchors, None)
            chain = hashlib.sha256(bytes.fromhex(run.head))
    if anchor:
        run.problem(ANCHORS, anchor["line"], f"covers events up to {anchor['last']}, the log ends at {run.events - 1}")
    if run.complete:
        if run.events > run.covered:
            run.problem(ANCHORS, None, f"{run.events - run.covered} events stand behind the final anchor")
        if not ended:
            run.problem("queues/lifecycle/inbox.jsonl", None, "the log does not end with lifecycle ended")
        for order in figures.open_orders:
            run.problem("queues/order_results/inbox.jsonl", None, f"order {order} is left open at the end")
    if tail:
        run.notes.append(f"{tail} lines behind event {run.events - 1} are what a crash left")
    if run.events > run.covered:
        unsigned = run.events - run.covered
        run.notes.append(f"the last {unsigned} events stand behind the last anchor: no signature covers them")


def check_queue(run, queue):
    """Acks follow the anchors, the cursor stands where they end. Gives the streams beside the inbox."""
    path, ns, anchored, reached, acks_seen = f"queues/{queue}/cursor.json", run.ns[queue], run.anchored[queue], {}, 0
    cursor = run.sealed(path)
    consumers = cursor.get("consumers")
    identity = [cursor.get(name) for name in ("schema", "v", "run_id", "queue")]
    if cursor and (identity != ["nore/cursor", 1, run.run_id, queue] or not isinstance(consumers, dict)):
        run.problem(path, None, f"is no cursor of {queue} in this run")
    consumers = consumers if isinstance(consumers, dict) else {}
    acks = Log(run, f"queues/{queue}/acks", ack_form)
    for ack_path, line, _, ack in acks:
        # At each anchor that found new lines every consumer acknowledges, in the cursor's order.
        turn, place = divmod(acks_seen, max(1, len(consumers)))
        name, to = ack["consumer"], ack["to"]
        want = anchored[turn] if turn < len(anchored) else None
        fits = [name] == list(consumers)[place:place + 1] and ack["from"] == reached.get(name, 0) <= to < len(ns)
        if not fits or (want is None if run.complete else False) or (want and want != (to, ack["ts"])):
            what = f"{show(ack)} does not follow on line {reached.get(name, 0) - 1}, wanted to, ts: {want}"
            run.problem(ack_path, line, what)
        reached[name], acks_seen = to + 1, acks_seen + 1
    if acks_seen < len(anchored) * len(consumers):
        run.problem(acks.paths[-1], None, f"holds {acks_seen} acks, the anchors want {len(anchored) * len(consumers)}")
    for name, at in consumers.items():
        wrong = position_form(at)
        if not wrong and run.complete:
            size = run.inbox[queue].lengths[f"queues/{queue}/inbox.jsonl"][0]
            end = {"file": "inbox.jsonl", "offset": size, "line": len(ns), "n": ns[-1] if ns else -1}
            wrong = None if at == end else f"stands at {show(at)}, the inbox ends at {show(end)}"
        elif not wrong:  # after a crash the line wins: its file may have been renamed since
            n = ns[at["line"] - 1] if 0 < at["line"] <= len(ns) else -1
            fits = at["line"] <= reached.get(name, 0) and at["n"] == n
            wrong = None if fits else f"stands at {show(at)}, which is ahead of the acks or not event {n}"
        if wrong:
            run.problem(path, None, f"{name}: {wrong}")
    letters, ts = Log(run, f"queues/{queue}/deadletter", deadletter_form), 0
    for letter_path, line, _, letter in letters:
        if letter["ts"] < ts:
            run.problem(letter_path, line, f"ts is before that of the line before, {ts}")
        ts = max(ts, letter["ts"])
    return acks, letters


def check_lengths(run, logs):
    """The final anchor says how long every file is; in a run cut short none may be shorter than anchors have said."""
    def total(lengths):
        sums = defaultdict(lambda: [0, 0])
        for path, (size, lines) in lengths.items():
            stem = sums[re.sub(r"(\.[0-9]{6})?\.jsonl$", ".jsonl", path)]
            stem[:] = stem[0] + size, stem[1] + lines
        return sums

    found, said = {}, {}
    for log in logs:
        found.update(log.lengths)
    for anchor in run.anchors[-1:] if run.complete else run.anchors:
        for path, length in anchor["files"].items():
            active = re.sub(r"\.[0-9]{6}\.jsonl$", ".jsonl", path)
            if active != path and path not in said:  # rotated: the active file is a new one
                said.pop(active, None)
            said[path] = length
    if not run.complete:  # a rotation moves lines, but loses none
        found, said = total(found), total(said)
    for path in {**found, **said} if run.complete else said:
        there, want = found.get(path, [0, 0]), said.get(path)
        if (there != want or path not in found) if run.complete else (there[0] < want[0] or there[1] < want[1]):
            run.problem(path, None, f"[bytes, lines] are {there}, the anchors say {want}")


def check_mirror(run, given, disk_failed):
    path = given
    try:
        place = decoder.decode(run.read("config.json").decode())["audit"]["anchor_mirror"]
        path = path or os.path.join(run.folder, "..", "..", place, f"{run.run_id}.anchors.jsonl")
    except (ValueError, KeyError, TypeError):
        pass
    if not path or not os.path.exists(path):
        run.notes.append("no mirror of the anchors was found: an end that was cut off or replaced cannot be seen")
        return
    with open(path, "rb") as file:
        mirror = file.read()
    *theirs, torn = before_hole(mirror).split(b"\n")
    *ours, _ = before_hole(run.read(ANCHORS) or b"").split(b"\n")
    # Anchors go to the run first, so a crash may keep the last from the mirror, or a part of its line.
    may_lack = not run.complete or (disk_failed and len(theirs) == len(ours) - 1)
    if len(theirs) > len(ours) or (len(theirs) < len(ours) and not may_lack):
        what = f"{len(ours)} anchors here, {len(theirs)} in the mirror: one of them was cut off, or is an old copy"
        run.problem(ANCHORS, None, what)
    differs = [i for i, (our, their) in enumerate(zip(ours, theirs), 1) if our != their]
    if differs:
        run.problem(ANCHORS, differs[0], "differs from the mirror")
    elif (torn or b"\0" in mirror) and not (may_lack and len(theirs) < len(ours) and ours[len(theirs)].startswith(torn)):
        run.problem(ANCHORS, None, "the mirror ends in the middle of a line that is not of this run")


def check_signatures(run, key, all_):
    """By default the last one only: it covers all before it, for each anchor names the hash of the one before."""
    lines = before_hole(run.read(ANCHORS) or b"").split(b"\n")[:-1]
    for i in range(0 if all_ else max(0, len(lines) - 1), len(lines)):
        parts = re.fullmatch(rb'.{72}(.*"sig":")([^"]*)("\})', lines[i])
        try:
            fits = parts and is_signed(key, parts[1] + parts[3], unbase64(parts[2]))
        except ValueError:
            fits = False
        if not fits:
            run.problem(ANCHORS, i + 1, "the signature does not fit")


# ---- The figures, folded again from the events. Money is a whole number: 1e-8 in prices and quantities, else 1e-16.

def scaled(text, places):
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(places, "0"))


def decimal(value, places=16):
    digits = str(abs(value)).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def rank(values, percent):
    return sorted(values)[-(-percent * len(values) // 100) - 1] if values else None  # nearest rank


class Advice:
    """Each recommendation against what the price did, and against the base rate that was known when it was given."""

    def __init__(self):
        self.mids, self.pending, self.models = {}, defaultdict(list), {}  # venue and symbol: mid; symbol: what waits
        self.all, self.ups, self.unchanged, self.unscored = [0] * 5, 0, 0, 0

    def said(self, ts, said):
        symbol = said["symbol"]
        venue = next((venue for venue, known in self.mids if known == symbol), None)
        if venue is None or (symbol not in self.pending and len(self.pending) == 64):
            self.unscored += 1
            return
        queue, base = self.pending[symbol], (self.ups + 50) / (self.all[0] + 100)
        if len(queue) == 1024:
            del queue[0]
            self.unscored += 1
        queue.append((venue, ts + said["horizon_ms"], self.mids[venue, symbol], said["p_up"], base, said["model_id"]))

    def tick(self, ts, venue, symbol, mid):
        for one in [one for one in self.pending.get(symbol, ()) if one[0] == venue and one[1] <= ts]:
            self.pending[symbol].remove(one)
            if mid == one[2]:
                self.unchanged += 1
                continue
            up = mid > one[2]
            self.ups += up
            model = one[5] if one[5] in self.models or len(self.models) < 32 else "others"
            for sums in (self.all, self.models.setdefault(model, [0] * 5)):
                sums[0] += 1
                for i, p in enumerate(one[3:5], 1):
                    clipped = max(1e-6, min(1 - 1e-6, p))
                    sums[i] += (p - up) * (p - up)
                    sums[i + 2] -= math.log(clipped if up else 1 - clipped)
        self.mids[venue, symbol] = mid

    def means(self, sums):
        n, named = sums[0], zip(("brier", "brier_base", "log_loss", "log_loss_base"), sums[1:])
        return {"scored": n, **{name: value / n if n else None for name, value in named},
                "beats_base": sums[1] < sums[2] if n else None}

    def report(self):
        pending = sum(len(queue) for queue in self.pending.values())
        if pending + self.all[0] + self.unchanged + self.unscored == 0:
            return None
        return {**self.means(self.all), "pending": pending, "unchanged": self.unchanged, "unscored": self.unscored,
                "by_model": {model: self.means(sums) for model, sums in self.models.items()}}


class Figures:
    def __init__(self, run):
        self.cash = {one["id"]: scaled(one["capital"], 16) for one in run.manifest["strategies"]}
        self.start = self.peak = sum(self.cash.values())
        self.counts, self.stops, self.stop = {name: 0 for name in run.types}, defaultdict(int), None
        self.mids, self.held, self.trips, self.latencies, self.open_orders = {}, {}, [], [], {}
        self.drawdown = self.fraction = self.risk_stops = self.ts = 0
        self.advice = Advice()

    def step(self, event):
        """Takes the next event; gives what cannot be, or None."""
        kind, payload, self.ts = event["type"], event["payload"], event["ts"]
        self.counts[kind] += 1
        if kind == "market_tick":
            if payload["kind"] == "book":
                self.mids[payload["venue"], payload["symbol"]] = mid = scaled(payload["price"], 8)
                self.advice.tick(self.ts, payload["venue"], payload["symbol"], mid)
            equity = self.equity()
            self.peak = max(self.peak, equity)
            if equity < self.peak:
                self.drawdown = max(self.drawdown, self.peak - equity)
                self.fraction = max(self.fraction, (self.peak - equity) / self.peak)
        elif kind == "recommendation":
            self.advice.said(self.ts, payload)
        elif kind == "fill":
            return self.fill(payload)
        elif kind in ("order_intent", "order_result"):
            order = payload["client_order_id"]
            if (order in self.open_orders) != (kind == "order_result"):
                return f"order {order} is {'open already' if kind == 'order_intent' else 'not open'}"
            self.open_orders[order] = True
            if payload.get("result") in ("REJECTED", "FILLED", "CANCELED", "EXPIRED"):
                del self.open_orders[order]
        elif kind == "stop_journal":
            self.stops[payload["reason_code"]] += 1
            told = {name: payload[name] for name in ("component", "reason_code", "detail")}
            self.stop = self.stop or {"ts": self.ts, **told}
        elif kind == "risk_action":
            self.risk_stops += payload["action"] == "STOP"
        elif kind == "health" and "latency_ms" in payload:
            self.latencies.append(payload["latency_ms"])

    def fill(self, fill):
        where = fill["venue"], fill["strategy_id"], fill["symbol"]
        held = self.held.setdefault(where, {"qty": 0, "basis": 0, "realised": 0, "fees": 0, "trip": 0})
        qty, price, fee = scaled(fill["qty"], 8), scaled(fill["price"], 8), scaled(fill["fee"], 8) * 10**8
        if where[1] not in self.cash or (fill["side"] == "SELL" and qty > held["qty"]):
            return f"{where[1]} is no strategy, or sells more {where[2]} than it holds"
        self.mids.setdefault((where[0], where[2]), price)
        flow = share = -qty * price
        if fill["side"] == "SELL":
            flow, qty = -flow, -qty
            share, rest = divmod(held["basis"] * -qty, held["qty"])  # half-even
            share += 2 * rest > held["qty"] or (2 * rest == held["qty"] and share & 1)
            held["realised"] += flow - share
        for name, change in (("qty", qty), ("basis", -share), ("fees", fee), ("trip", flow - fee)):
            held[name] += change
        self.cash[where[1]] += flow - fee
        if held["qty"] == 0:  # from flat to flat: one trade
            self.trips.append(held["trip"])
            held["trip"] = 0

    def equity(self):
        held = ((at, h["qty"]) for at, h in self.held.items() if h["qty"])
        return sum(self.cash.values()) + sum(qty * self.mids[venue, symbol] for (venue, _, symbol), qty in held)

    def report(self):
        equity, wins, losses = self.equity(), [p for p in self.trips if p > 0], [-p for p in self.trips if p < 0]
        realised, fees = (sum(held[name] for held in self.held.values()) for name in ("realised", "fees"))
        actions, latencies = self.counts["risk_action"], self.latencies
        return {
            "counts": self.counts,
            "binance_latency_ms": {"p50": rank(latencies, 50), "p95": rank(latencies, 95), "count": len(latencies)},
            "virtual_pnl": {
                "realised": decimal(realised), "unrealised": decimal(equity - self.start - realised + fees),
                "fees": decimal(fees), "total": decimal(equity - self.start),
                "equity_start": decimal(self.start), "equity_end": decimal(equity)},
            "max_drawdown": {"quote": decimal(self.drawdown), "fraction": self.fraction},
            "trades": len(self.trips),
            "win_rate": len(wins) / len(self.trips) if self.trips else None,
            "rr": (sum(wins) / len(wins)) / (sum(losses) / len(losses)) if wins and losses else None,
            "stop": {"count": sum(self.stops.values()), "reasons": self.stops,
                     "share": self.risk_stops / actions if actions else None},
            "ai": self.advice.report(),
        }

    def portfolio(self):
        return {
            "cash": decimal(sum(self.cash.values())),
            "cash_by_strategy": {name: decimal(cash) for name, cash in self.cash.items()},
            "equity": decimal(self.equity()), "open_orders": [], "positions": [
                {"venue": venue, "strategy_id": strategy, "symbol": symbol, "qty": decimal(held["qty"], 8),
                 "basis": decimal(held["basis"]), "mark": decimal(self.mids[venue, symbol], 8),
                 "realised": decimal(held["realised"]), "fees": decimal(held["fees"])}
                for (venue, strategy, symbol), held in sorted(self.held.items()) if held["qty"]]}


def difference(want, found):
    """Doubles may differ in their last digits, for a logarithm's rounding is open; all else must be the same."""
    if isinstance(want, dict) and isinstance(found, dict) and want.keys() == found.keys():
        wrong = {name: difference(want[name], found[name]) for name in want}
        return next((f"{name}: {what}" for name, what in wrong.items() if what), None)
    if isinstance(want, float) and isinstance(found, float) and abs(want - found) <= 1e-12 * abs(want):
        return None
    return None if same(want, found) else f"is {show(found)}, the log gives {show(want)}"


def check_views(run, figures, deadletters):
    """STOP.flag, report, metrics and portfolio. True: the stop's copy tells of a disk that failed."""
    views = {path: run.sealed(path) for path in ("STOP.flag", "report.json", "metrics.json", "portfolio.json")
             if path in run.paths or (run.complete and path != "STOP.flag")}
    flag, report = views.get("STOP.flag", {}), views.get("report.json", {})
    disk_failed = flag.get("reason_code") in ("SINK_IO", "DISK_FULL")
    if not run.complete:
        if report and report.get("verdict") != "FAILED" and not disk_failed:
            run.problem(ANCHORS, None, "the final anchor is missing, the report was written after it")
        return disk_failed
    m, stop, end = run.manifest, figures.stop, {"v": 1, "run_id": run.run_id}
    want = {**end, "mode": m["mode"], "prices": m["prices"], "started_ts": m["started_ts"], "ended_ts": figures.ts,
            "deadletter": deadletters, "last_n": run.events - 1, "head": run.head, **figures.report(),
            "verdict": "STOPPED" if stop else "PASS", "detail": stop["detail"] if stop else None}
    if disk_failed and flag.get("reason_code") != (stop or {}).get("reason_code"):
        run.notes.append(f"{flag['reason_code']} behind the last event: {flag.get('detail')}")
        want.update(verdict="STOPPED", detail=flag.get("detail"))
    elif bool(stop) != ("STOP.flag" in views):
        what = "is missing, the run was stopped" if stop else "is there, the log holds no stop_journal"
        run.problem("STOP.flag", None, what)
    wants = {"report.json": {"schema": "nore/report", **want}, "metrics.json": {"schema": "nore/metrics", **want},
             "portfolio.json": {"schema": "nore/portfolio", **end, "n": run.events - 1, "ts": figures.ts,
                                **figures.portfolio()}}
    if stop:
        wants["STOP.flag"] = {"schema": "nore/stop_flag", **end, **stop} if want["detail"] == stop["detail"] else {}
    for path, view in views.items():
        for name, value in wants.get(path, {}).items() if view else ():
            wrong = difference(value, view.get(name))
            if wrong:
                run.problem(path, None, f"{name}: {wrong}")
    # What no event tells, as uptime_s and feed, must at least be the same in both.
    for name in report.keys() & views["metrics.json"].keys() - wants["report.json"].keys() - {"sha256"}:
        if not same(report[name], views["metrics.json"][name]):
            run.problem("report.json", None, f"{name} is not that of metrics.json")
    return disk_failed


def verify(run, mirror, pinned, all_):
    if not read_manifest(run):
        return
    read_contracts(run)
    anchor_key = run.manifest["anchor_key"]
    key = unbase64(anchor_key["public_key"].encode())
    decode_point(key)
    if pinned is None:
        run.notes.append(f"signed by an unpinned key ({anchor_key['key_id']}): pin it with --pubkey FILE")
    elif pinned != key:
        run.problem("manifest.json", None, "anchor_key is not the pinned public key")
    read_anchors(run, sha256(key)[:16])
    check_signatures(run, key, all_)
    figures = Figures(run)
    read_events(run, figures)
    beside = [check_queue(run, queue) for queue in run.queues]
    check_lengths(run, [*run.inbox.values(), *(log for pair in beside for log in pair)])
    check_ai_files(run)
    disk_failed = check_views(run, figures, sum(letters.count for _, letters in beside))
    check_mirror(run, mirror, disk_failed)
    for stem in ("metrics", "log"):  # for the eye: their lines hold their own hashes, nothing else is said of them
        for _ in Log(run, stem) if f"{stem}.jsonl" in run.paths else ():
            pass
    for path, line in run.torn:
        if run.complete:
            run.problem(path, line, "has no newline or holds NULs: the end is torn or cut off")
        else:
            run.notes.append(f"{path} ends in the middle of line {line}")
    segment = re.compile(r"(queues/[a-z_]+/(inbox|acks|deadletter)|metrics|log)\.[0-9]{6}\.jsonl")
    # A crash may leave files half made; what was put aside when the run was ended is there for good.
    for path in sorted(run.paths):
        bare = re.sub(r"(\.torn)?(\.tmp)?$", "", path)
        belongs = bare in run.known or segment.fullmatch(bare) or AI_FILE.fullmatch(bare)
        if not belongs and not is_kept_policy(run, bare):
            run.problem(path, None, "does not belong to a run")


def main():
    parser = argparse.ArgumentParser(description="Verifies the folder of a NORE run.")
    parser.add_argument("run_folder")
    parser.add_argument("--pubkey", help="pin the anchor key: the base64 of its 32 bytes, or a file with it")
    parser.add_argument("--mirror", help="the mirrored anchors (default: where the run's configuration says)")
    parser.add_argument("--require-complete", action="store_true", help="a run that was cut short is a failure, too")
    parser.add_argument("--all", action="store_true", help="check all signatures, not the last one only")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    args = parser.parse_args()
    pinned = None
    try:
        if not os.path.isdir(args.run_folder):
            raise ValueError(f"no run folder {args.run_folder!r}")
        if args.mirror is not None:
            open(args.mirror, "rb").close()
        if args.pubkey is not None:
            text = open(args.pubkey).read() if os.path.exists(args.pubkey) else args.pubkey
            pinned = unbase64(text.strip().encode())
            decode_point(pinned)
    except (ValueError, OSError) as error:
        parser.error(str(error))  # exit code 2
    run = Run(os.path.realpath(args.run_folder))
    try:
        verify(run, args.mirror, pinned, args.all)
    except Exception as error:  # whatever this verifier did not foresee is no proof
        run.problem("manifest.json", None, f"the verification cannot go on: {error!r}")
    ok = run.problem_count == 0 and (run.complete or not args.require_complete)
    sys.stdout.reconfigure(errors="backslashreplace")
    if args.json:
        print(json.dumps({
            "ok": ok, "complete": run.complete, "run_id": run.run_id, "events": run.events, "head": run.head,
            "anchors": len(run.anchors), "problem_count": run.problem_count, "notes": run.notes,
            "problems": [{"file": path, "line": line, "reason": what} for path, line, what in run.problems]}))
    else:
        for path, line, what in run.problems[:20]:
            print(f"{path} {line}: {what}" if line else f"{path}: {what}")
        if run.problem_count > 20:
            print(f"... and {run.problem_count - 20} more")
        for note in run.notes:
            print(f"note: {note}")
        verdict = "DAMAGED" if run.problem_count else "VERIFIED" if run.complete else "INCOMPLETE"
        print(f"{verdict} {run.run_id}: {run.events} events, {len(run.anchors)} anchors, head {run.head}")
    sys.exit(0 if ok else 4)


if __name__ == "__main__":
    main()
