package nore.files_test

import data.nore.files

_write := {
	"manifest": {"mode": "NORE"},
	"type": "write",
	"payload": {"verb": "append", "place": "var"},
}

_codes(write) := codes if {
	decision := files.decision with input as write
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(path, value) := json.patch(_write, [{"op": "replace", "path": path, "value": value}])

test_write_allowed[name] if {
	some name, write in {
		"append": _write,
		"create": _changed("payload/verb", "create"),
		"rename": _changed("payload/verb", "rename"),
		"remove": _changed("payload/verb", "remove"),
		"folder": _changed("payload/verb", "make_folder"),
		"mirror": _changed("payload/place", "mirror"),
	}
	_codes(write) == []
}

test_write_denied_when_value_wrong[name] if {
	some name, change in {
		"another type": ["type", "dial", ["FILES_MALFORMED"]],
		"type of wrong kind": ["type", {}, ["FILES_MALFORMED"]],
		"mode without rules": ["manifest/mode", "LIVE", ["FILES_PLACE", "FILES_VERB"]],
		"outside": ["payload/place", "outside", ["FILES_PLACE"]],
		"the program itself": ["payload/place", "program", ["FILES_PLACE"]],
		"place of wrong kind": ["payload/place", ["var"], ["FILES_PLACE"]],
		"another verb": ["payload/verb", "chmod", ["FILES_VERB"]],
		"verb of wrong kind": ["payload/verb", 1, ["FILES_VERB"]],
		"payload no object": ["payload", null, ["FILES_PLACE", "FILES_VERB"]],
	}
	_codes(_changed(change[0], change[1])) == change[2]
}

test_write_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": ["FILES_PLACE", "FILES_VERB"],
		"manifest/mode": ["FILES_PLACE", "FILES_VERB"],
		"type": ["FILES_MALFORMED"],
		"payload": ["FILES_PLACE", "FILES_VERB"],
		"payload/place": ["FILES_PLACE"],
		"payload/verb": ["FILES_VERB"],
	}
	_codes(json.remove(_write, [path])) == codes
}

test_write_denied_when_data_missing if {
	decision := files.decision with input as _write with data.nore.modes as {}
	decision == {"allow": false, "codes": ["FILES_PLACE", "FILES_VERB"]}
}

test_other_types_not_allowed_even_without_denials if {
	not files.allow with input as _changed("type", "dial") with files.denials as set()
}
