// Judges cosignatures and a running witness as c2sp.org/tlog-cosignature and c2sp.org/tlog-witness have them, with the Ed25519 of Go's
// standard library: Go's own note package knows signatures of logs only.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const cosignature = 0x04 // the type of a witness's Ed25519 key

// cosigner is a witness's public key, under its name.
type cosigner struct {
	name   string
	id     []byte
	public ed25519.PublicKey
}

// newCosigner reads a key such as witness.example+8a0d3f9c+BGwI…, in which the id is made of the name, the type and the key itself.
func newCosigner(text string) (c cosigner, err error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return c, fmt.Errorf("not a key: %q", text)
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosignature {
		return c, fmt.Errorf("not a cosigner's Ed25519 key: %q", text)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return c, fmt.Errorf("the id is %x, not %s", sum[:4], parts[1])
	}
	return cosigner{parts[0], sum[:4], ed25519.PublicKey(raw[1:])}, nil
}

// check finds this cosigner's one line under a checkpoint's text and holds it against the message that a cosignature signs.
func (c cosigner) check(text string, lines string) (when time.Time, err error) {
	found := 0
	for _, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		fields := strings.Split(line, " ")
		if len(fields) != 3 || fields[0] != "\u2014" {
			return when, fmt.Errorf("not a signature line: %q", line)
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(fields[2])
		if err != nil {
			return when, err
		}
		if fields[1] != c.name || len(raw) < 4 || !bytes.Equal(raw[:4], c.id) {
			continue
		}
		if len(raw) != 4+8+ed25519.SignatureSize {
			return when, fmt.Errorf("a cosignature of %d bytes", len(raw))
		}
		seconds := binary.BigEndian.Uint64(raw[4:12])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
		if !ed25519.Verify(c.public, []byte(message), raw[12:]) {
			return when, fmt.Errorf("the signature does not fit")
		}
		when = time.Unix(int64(seconds), 0)
		found++
	}
	if found != 1 {
		return when, fmt.Errorf("%d lines of this cosigner", found)
	}
	return when, nil
}

// checkNote splits a note as signed-note says, and checks the one line of a cosigner beneath it.
func (c cosigner) checkNote(raw []byte, text string) error {
	at := bytes.LastIndex(raw, []byte("\n\n"))
	if at < 0 || string(raw[:at+1]) != text {
		return fmt.Errorf("another text")
	}
	_, err := c.check(text, string(raw[at+2:]))
	return err
}

// history is a log of Go's own: what it holds and how it signs is up to whoever asks.
type history struct {
	stored []tlog.Hash
	signer note.Signer
	origin string
}

func (h *history) ReadHashes(indexes []int64) (all []tlog.Hash, err error) {
	for _, index := range indexes {
		all = append(all, h.stored[index])
	}
	return all, nil
}

func newHistory(signer note.Signer, size int64, word string) (*history, error) {
	h := &history{signer: signer, origin: signer.Name()}
	for index := int64(0); index < size; index++ {
		more, err := tlog.StoredHashes(index, []byte(fmt.Sprint(word, index)), h)
		if err != nil {
			return nil, err
		}
		h.stored = append(h.stored, more...)
	}
	return h, nil
}

// text is the checkpoint of the first entries.
func (h *history) text(size int64) (string, error) {
	root, err := tlog.TreeHash(size, h)
	return fmt.Sprintf("%s\n%d\n%s\n", h.origin, size, base64.StdEncoding.EncodeToString(root[:])), err
}

// request is the body of add-checkpoint; from and to are the sizes that its proof is of.
func (h *history) request(old, size, from, to int64) (body []byte, text string, err error) {
	if text, err = h.text(size); err != nil {
		return nil, "", err
	}
	signed, err := note.Sign(&note.Note{Text: text}, h.signer)
	if err != nil {
		return nil, "", err
	}
	lines := fmt.Sprintf("old %d\n", old)
	if 0 < from && from < to {
		proof, err := tlog.ProveTree(to, from, h)
		if err != nil {
			return nil, "", err
		}
		for _, one := range proof {
			lines += base64.StdEncoding.EncodeToString(one[:]) + "\n"
		}
	}
	return append([]byte(lines+"\n"), signed...), text, nil
}

// witness walks a new witness that listens at an address through the table of c2sp.org/tlog-witness.
func witness(address, key, secret string) error {
	cosigns, err := newCosigner(key)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	strange, _, err := note.GenerateKey(nil, signer.Name())
	if err != nil {
		return err
	}
	stranger, err := note.NewSigner(strange)
	if err != nil {
		return err
	}
	ours, err := newHistory(signer, 20, "entry ")
	if err != nil {
		return err
	}
	forged, err := newHistory(stranger, 20, "entry ")
	if err != nil {
		return err
	}
	fork, err := newHistory(signer, 20, "other ")
	if err != nil {
		return err
	}
	unknown := *ours
	unknown.origin = "log.example/nobody-knows"
	for _, step := range []struct {
		what      string
		log       *history
		old, size int64
		from, to  int64
		status    int
		told      string // the size that a 409 names
	}{
		{"a log nobody knows", &unknown, 0, 5, 0, 0, 404, ""},
		{"a signature of a key that is not trusted", forged, 0, 5, 0, 0, 403, ""},
		{"an old size beyond the checkpoint's", ours, 6, 5, 0, 0, 400, ""},
		{"another old size than the witness's none", ours, 3, 5, 3, 5, 409, "0"},
		{"the first checkpoint", ours, 0, 5, 0, 0, 200, ""},
		{"the same again, from nothing", ours, 0, 5, 0, 0, 409, "5"},
		{"the same again, from itself", ours, 5, 5, 0, 0, 200, ""},
		{"another tree of the same size", fork, 5, 5, 0, 0, 409, ""},
		{"a proof of other sizes", ours, 5, 12, 4, 12, 422, ""},
		{"no proof", ours, 5, 12, 0, 0, 422, ""},
		{"a proof of another history", fork, 5, 12, 5, 12, 422, ""},
		{"what continues it", ours, 5, 12, 5, 12, 200, ""},
		{"a size in between", ours, 5, 9, 5, 9, 409, "12"},
		{"what continues it to the end", ours, 12, 20, 12, 20, 200, ""},
	} {
		body, text, err := step.log.request(step.old, step.size, step.from, step.to)
		if err != nil {
			return err
		}
		answer, err := http.Post(address+"/add-checkpoint", "text/plain", bytes.NewReader(body))
		if err != nil {
			return err
		}
		said, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return err
		}
		if answer.StatusCode != step.status {
			return fmt.Errorf("%s: %s (%q)", step.what, answer.Status, said)
		}
		if step.told != "" {
			size, err := strconv.ParseInt(strings.TrimSuffix(string(said), "\n"), 10, 64)
			if kind := answer.Header.Get("Content-Type"); err != nil || fmt.Sprint(size) != step.told || kind != "text/x.tlog.size" {
				return fmt.Errorf("%s: it answers %q as %s", step.what, said, kind)
			}
		}
		if step.status == http.StatusOK {
			when, err := cosigns.check(text, string(said))
			if err != nil {
				return fmt.Errorf("%s: %w", step.what, err)
			}
			if away := time.Since(when); away < -time.Minute || away > time.Minute {
				return fmt.Errorf("%s: cosigned at %s", step.what, when)
			}
		}
	}
	return nil
}
