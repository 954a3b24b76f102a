# METADATA
# title: Egress gate
# description: |
#   Decides whether the process may open a connection. Hosts are compared as a whole and as they were parsed from the
#   URL, so that no beginning, ending or credential of an address can pass for a host of the list.
# scope: package
package nore.egress

# METADATA
# title: Decision
# description: Whether the connection may be opened, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only a dial against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_dial
	count(denials) == 0
}

# METADATA
# title: Dial
# description: What is asked about is a connection to somebody else.
is_dial if input.type == "dial"

# METADATA
# title: Host of the mode
# description: The list of the mode names the host in full.
is_host_of_mode if input.payload.host in data.nore.egress.hosts[input.manifest.mode]

# METADATA
# title: This machine
# description: The host is a name of this machine itself, where a stand-in for a venue listens.
is_loopback if input.payload.host in data.nore.egress.loopback

# METADATA
# title: Port of the mode
# description: A number that the list of the mode has; on this machine any.
is_port_of_mode if input.payload.port in data.nore.egress.ports[input.manifest.mode]

is_port_of_mode if {
	is_loopback
	input.payload.port > 0
	input.payload.port < 65536
}

# METADATA
# title: Private
# description: Nobody on the way can read or change what is said; on this machine nobody is on the way.
is_private if input.payload.scheme in {"https", "wss"}

is_private if {
	is_loopback
	input.payload.scheme in {"http", "ws"}
}

# METADATA
# title: Verb of the mode
# description: The mode may ask in this way.
is_verb_of_mode if input.payload.verb in data.nore.egress.verbs[input.manifest.mode]

# METADATA
# title: Malformed
# description: Something other than a dial was sent to this gate.
# custom: { code: EGRESS_MALFORMED, severity: error }
denials contains "EGRESS_MALFORMED" if not is_dial

# METADATA
# title: Host
# description: The mode may not speak to this host.
# custom: { code: EGRESS_HOST, severity: error }
denials contains "EGRESS_HOST" if not is_host_of_mode

# METADATA
# title: Port
# description: The mode may not speak to this port of the host.
# custom: { code: EGRESS_PORT, severity: error }
denials contains "EGRESS_PORT" if not is_port_of_mode

# METADATA
# title: Plain text
# description: The connection would not be encrypted on its way to another machine.
# custom: { code: EGRESS_PLAIN, severity: error }
denials contains "EGRESS_PLAIN" if not is_private

# METADATA
# title: Verb
# description: The mode may only ask; what could change something at the other side is denied.
# custom: { code: EGRESS_VERB, severity: error }
denials contains "EGRESS_VERB" if not is_verb_of_mode
