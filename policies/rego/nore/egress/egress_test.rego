package nore.egress_test

import data.nore.egress

_dial := {
	"manifest": {"mode": "NORE"},
	"type": "dial",
	"payload": {"scheme": "wss", "host": "data-stream.binance.vision", "port": 443, "verb": "GET"},
}

_local := json.patch(_dial, [{"op": "replace", "path": "payload", "value": {
	"scheme": "ws",
	"host": "127.0.0.1",
	"port": 40123,
	"verb": "GET",
}}])

_codes(dial) := codes if {
	decision := egress.decision with input as dial
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(dial, path, value) := json.patch(dial, [{"op": "replace", "path": path, "value": value}])

test_dial_allowed[name] if {
	some name, dial in {
		"stream": _dial,
		"rest": json.patch(_dial, [
			{"op": "replace", "path": "payload/host", "value": "data-api.binance.vision"},
			{"op": "replace", "path": "payload/scheme", "value": "https"},
		]),
		"this machine": _local,
		"this machine by name": _changed(_local, "payload/host", "localhost"),
		"this machine over http": _changed(_local, "payload/scheme", "http"),
		"this machine encrypted": _changed(_local, "payload/scheme", "wss"),
		"lowest port of this machine": _changed(_local, "payload/port", 1),
		"highest port of this machine": _changed(_local, "payload/port", 65535),
	}
	_codes(dial) == []
}

test_dial_denied_when_value_wrong[name] if {
	some name, change in {
		"another type": ["type", "market_tick", ["EGRESS_MALFORMED"]],
		"type of wrong kind": ["type", 1, ["EGRESS_MALFORMED"]],
		"mode without hosts": ["manifest/mode", "LIVE", ["EGRESS_HOST", "EGRESS_PORT", "EGRESS_VERB"]],
		"another host": ["payload/host", "api.binance.com", ["EGRESS_HOST"]],
		"host below one of the list": ["payload/host", "a.data-stream.binance.vision", ["EGRESS_HOST"]],
		"host above one of the list": ["payload/host", "binance.vision", ["EGRESS_HOST"]],
		"host of another case": ["payload/host", "DATA-STREAM.binance.vision", ["EGRESS_HOST"]],
		"host with a dot at its end": ["payload/host", "data-stream.binance.vision.", ["EGRESS_HOST"]],
		"host of wrong kind": ["payload/host", ["data-stream.binance.vision"], ["EGRESS_HOST"]],
		"another port": ["payload/port", 9443, ["EGRESS_PORT"]],
		"port as text": ["payload/port", "443", ["EGRESS_PORT"]],
		"not encrypted": ["payload/scheme", "ws", ["EGRESS_PLAIN"]],
		"another scheme": ["payload/scheme", "ftp", ["EGRESS_PLAIN"]],
		"scheme of wrong kind": ["payload/scheme", null, ["EGRESS_PLAIN"]],
		"another verb": ["payload/verb", "POST", ["EGRESS_VERB"]],
		"verb of wrong kind": ["payload/verb", true, ["EGRESS_VERB"]],
		"payload no object": ["payload", "dial", [
			"EGRESS_HOST",
			"EGRESS_PLAIN",
			"EGRESS_PORT",
			"EGRESS_VERB",
		]],
	}
	_codes(_changed(_dial, change[0], change[1])) == change[2]
}

test_dial_to_this_machine_denied_when_value_wrong[name] if {
	some name, change in {
		"port below the lowest": ["payload/port", 0, ["EGRESS_PORT"]],
		"port above the highest": ["payload/port", 65536, ["EGRESS_PORT"]],
		"another scheme": ["payload/scheme", "file", ["EGRESS_PLAIN"]],
	}
	_codes(_changed(_local, change[0], change[1])) == change[2]
}

test_dial_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": ["EGRESS_HOST", "EGRESS_PORT", "EGRESS_VERB"],
		"manifest/mode": ["EGRESS_HOST", "EGRESS_PORT", "EGRESS_VERB"],
		"type": ["EGRESS_MALFORMED"],
		"payload": ["EGRESS_HOST", "EGRESS_PLAIN", "EGRESS_PORT", "EGRESS_VERB"],
		"payload/host": ["EGRESS_HOST"],
		"payload/port": ["EGRESS_PORT"],
		"payload/scheme": ["EGRESS_PLAIN"],
		"payload/verb": ["EGRESS_VERB"],
	}
	_codes(json.remove(_dial, [path])) == codes
}

# A list with one venue on it, and addresses that look like it or belong to another.
test_other_hosts_denied_when_list_has_one_venue[host] if {
	some host in {
		"data-stream.binance.vision",
		"stream.binance.com",
		"api.gate.io",
		"gate.io.example.com",
		"notgate.io",
		"gate.io.",
		"gate.i0",
		"GATE.IO",
		"127.0.0.1",
		"",
	}
	decision := egress.decision with input as _changed(_dial, "payload/host", host)
		with data.nore.egress.hosts as {"NORE": ["gate.io"]}
	decision == {"allow": false, "codes": ["EGRESS_HOST"]}
}

test_listed_venue_allowed_when_list_has_one_venue if {
	decision := egress.decision with input as _changed(_dial, "payload/host", "gate.io")
		with data.nore.egress.hosts as {"NORE": ["gate.io"]}
	decision == {"allow": true, "codes": []}
}

test_dial_denied_when_data_missing if {
	decision := egress.decision with input as _local with data.nore.egress.hosts as {}
		with data.nore.egress.loopback as []
		with data.nore.egress.verbs as {}
	decision == {"allow": false, "codes": [
		"EGRESS_HOST",
		"EGRESS_PLAIN",
		"EGRESS_PORT",
		"EGRESS_VERB",
	]}
}

test_other_types_not_allowed_even_without_denials if {
	not egress.allow with input as _changed(_dial, "type", "write") with egress.denials as set()
}
