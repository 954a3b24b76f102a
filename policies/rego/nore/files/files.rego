# METADATA
# title: Files gate
# description: |
#   Decides whether the process may change something on a disk. Reading is not asked about; all that is outside of the
#   places of the mode is read-only.
# scope: package
package nore.files

# METADATA
# title: Decision
# description: Whether the change may be made, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only a write against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_write
	count(denials) == 0
}

# METADATA
# title: Write
# description: What is asked about is a change on a disk.
is_write if input.type == "write"

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_rules := data.nore.modes[input.manifest.mode].files

# METADATA
# title: Place of the mode
# description: The innermost known folder around the path is one that the mode may change.
is_place_of_mode if input.payload.place in _rules.places

# METADATA
# title: Verb of the mode
# description: The mode may change files in this way.
is_verb_of_mode if input.payload.verb in _rules.verbs

# METADATA
# title: Malformed
# description: Something other than a write was sent to this gate.
# custom: { code: FILES_MALFORMED, severity: error }
denials contains "FILES_MALFORMED" if not is_write

# METADATA
# title: Place
# description: The path lies outside of all that the mode may change.
# custom: { code: FILES_PLACE, severity: error }
denials contains "FILES_PLACE" if not is_place_of_mode

# METADATA
# title: Verb
# description: The mode may not change files in this way.
# custom: { code: FILES_VERB, severity: error }
denials contains "FILES_VERB" if not is_verb_of_mode
