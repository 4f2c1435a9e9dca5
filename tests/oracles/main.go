// Answers whether Go's checksum database packages (golang.org/x/mod/sumdb/note and tlog) take notes, proofs and tiles made elsewhere,
// and whether they can follow a log that a service hands out. Cosignatures and witnesses are judged in witness.go.
//
// One question a line on standard input, as JSON; one answer a line on standard output: "yes", or "no: " and why.
// With the argument "make", prints notes, keys and proofs of its own instead, for the other side to check.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind   string
	Note   []byte
	Text   string
	Keys   []string
	Index  int64
	Old    int64
	Size   int64
	Leaf   []byte
	Was    []byte
	Root   []byte
	Path   [][]byte
	Tiles  string
	Name   string
	Secret string
}

func hash(raw []byte) (h tlog.Hash) {
	if len(raw) != tlog.HashSize {
		panic("a hash that is not 32 bytes")
	}
	copy(h[:], raw)
	return h
}

func hashes(raw [][]byte) (all []tlog.Hash) {
	for _, one := range raw {
		all = append(all, hash(one))
	}
	return all
}

// tiles reads a folder laid out as c2sp.org/tlog-tiles says; Go's own paths name the height as well.
type tiles string

func (folder tiles) Height() int { return 8 }

func (folder tiles) ReadTiles(wanted []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// served reads a log over HTTP, as c2sp.org/tlog-tiles says.
type served string

func (log served) get(path string) ([]byte, error) {
	answer, err := http.Get(string(log) + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func (log served) Height() int { return 8 }

func (log served) ReadTiles(wanted []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range wanted {
		raw, err := log.get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func (log served) SaveTiles([]tlog.Tile, [][]byte) {}

// follow reads a served log from its checkpoint to its last entry, and believes nothing of it that the signature does not cover.
func (log served) follow(key string, least int64) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	signed, err := log.get("checkpoint")
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return fmt.Errorf("not this log's checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	if size < least {
		return fmt.Errorf("%d entries, where at least %d were expected", size, least)
	}
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, log)
	for start := int64(0); start < size; start += 256 {
		width := size - start
		if width > 256 {
			width = 256
		}
		if err := log.bundle(reader, start, width); err != nil {
			return err
		}
	}
	return nil
}

// bundle holds each entry of a bundle against the leaf that the tiles, and so the checkpoint, have for it.
func (log served) bundle(reader tlog.HashReader, start, width int64) error {
	tile := tlog.Tile{H: 8, L: 0, N: start / 256, W: int(width)}
	raw, err := log.get(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
	if err != nil {
		return err
	}
	for index := start; index < start+width; index++ {
		if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
			return fmt.Errorf("the bundle of entry %d ends early", index)
		}
		entry := raw[2 : 2+int(binary.BigEndian.Uint16(raw))]
		raw = raw[2+len(entry):]
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		if leaf[0] != tlog.RecordHash(entry) {
			return fmt.Errorf("entry %d is not what was signed", index)
		}
	}
	if len(raw) > 0 {
		return fmt.Errorf("the bundle from entry %d on is too long", start)
	}
	return nil
}

func answer(q question) error {
	switch q.Kind {
	case "note":
		var known []note.Verifier
		for _, text := range q.Keys {
			key, err := note.NewVerifier(text)
			if err != nil {
				return err
			}
			known = append(known, key)
		}
		opened, err := note.Open(q.Note, note.VerifierList(known...))
		if err == nil && opened.Text != q.Text {
			return fmt.Errorf("another text: %q", opened.Text)
		}
		return err
	case "cosigned":
		key, err := newCosigner(q.Keys[0])
		if err != nil {
			return err
		}
		return key.checkNote(q.Note, q.Text)
	case "witness":
		return witness(q.Name, q.Keys[0], q.Secret)
	case "inclusion":
		return tlog.CheckRecord(hashes(q.Path), q.Size, hash(q.Root), q.Index, hash(q.Leaf))
	case "consistency":
		return tlog.CheckTree(hashes(q.Path), q.Size, hash(q.Root), q.Old, hash(q.Was))
	case "tiles":
		// The reader checks every tile it reads against the root.
		reader := tlog.TileHashReader(tlog.Tree{N: q.Size, Hash: hash(q.Root)}, tiles(q.Tiles))
		proof, err := tlog.ProveRecord(q.Size, q.Index, reader)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(proof, q.Size, hash(q.Root), q.Index, hash(q.Leaf))
	case "served":
		return served(q.Name).follow(q.Keys[0], q.Size)
	case "path":
		tile, err := tlog.ParseTilePath(strings.Replace(q.Name, "tile/", "tile/8/", 1))
		if err == nil && tile.N != q.Index {
			return fmt.Errorf("another index: %d", tile.N)
		}
		return err
	}
	return fmt.Errorf("an unknown question, %q", q.Kind)
}

// makeSamples prints, for every size up to 70, the root of a tree, all its proofs, and a note signed by two keys.
func makeSamples() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	say := json.NewEncoder(os.Stdout)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (all []tlog.Hash, err error) {
		for _, index := range indexes {
			all = append(all, stored[index])
		}
		return all, nil
	})
	var roots []tlog.Hash
	for size := int64(0); size <= 70; size++ {
		root, err := tlog.TreeHash(size, reader)
		check(err)
		roots = append(roots, root)
		for index := int64(0); index < size; index++ {
			proof, err := tlog.ProveRecord(size, index, reader)
			check(err)
			leaf := tlog.RecordHash([]byte(fmt.Sprint("entry ", index)))
			check(say.Encode(question{Kind: "inclusion", Index: index, Size: size, Leaf: leaf[:], Root: root[:], Path: raw(proof)}))
			tree, err := tlog.ProveTree(size, index+1, reader)
			check(err)
			check(say.Encode(question{Kind: "consistency", Old: index + 1, Size: size, Was: roots[index+1][:], Root: root[:], Path: raw(tree)}))
		}
		text := fmt.Sprintf("log.example/%d\n%d\n%s\n", size, size, base64.StdEncoding.EncodeToString(root[:]))
		var keys []string
		var signers []note.Signer
		for range "ab" {
			secret, public, err := note.GenerateKey(nil, fmt.Sprintf("log.example/%d", size))
			check(err)
			signer, err := note.NewSigner(secret)
			check(err)
			keys, signers = append(keys, public), append(signers, signer)
		}
		signed, err := note.Sign(&note.Note{Text: text}, signers...)
		check(err)
		check(say.Encode(question{Kind: "note", Note: signed, Text: text, Keys: keys, Size: size, Root: root[:]}))
		more, err := tlog.StoredHashes(size, []byte(fmt.Sprint("entry ", size)), reader)
		check(err)
		stored = append(stored, more...)
	}
}

func raw(all []tlog.Hash) (made [][]byte) {
	for index := range all {
		made = append(made, all[index][:])
	}
	return made
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "make" {
		makeSamples()
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		if err := answer(q); err != nil {
			fmt.Printf("no: %q\n", err)
		} else {
			fmt.Println("yes")
		}
	}
}
