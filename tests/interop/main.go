// Command interop checks Merkle trees, proofs and notes with Go's sumdb/tlog and sumdb/note, which share
// no code and no author with ours. It reads one JSON case a line and writes one JSON verdict a line.
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type testCase struct {
	Entries     [][]byte
	Index       int64
	FromSize    int64
	Inclusion   [][]byte
	Consistency [][]byte
	// The same two proofs, each with one bit changed: they must be refused.
	BadInclusion   [][]byte
	BadConsistency [][]byte
	Note           string
	LogKey         string
	WitnessKey     string
}

type verdict struct {
	Root, FromRoot         []byte
	Inclusion, Consistency [][]byte
	// What Go says of the proofs and the note that it was given.
	AcceptsInclusion, AcceptsConsistency       bool
	AcceptsBadInclusion, AcceptsBadConsistency bool
	NoteText                                   string
	NoteSigners                                []string
	NoteError                                  string
	// A note over the same text, signed by Go with keys of its own.
	GoNote, GoLogKey, GoWitnessKey string
}

func main() {
	log.SetFlags(0)
	goKeys := newKeys()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var c testCase
		must(json.Unmarshal(lines.Bytes(), &c))
		must(out.Encode(judge(c, goKeys)))
	}
	must(lines.Err())
}

func judge(c testCase, keys keys) verdict {
	tree := newTree(c.Entries)
	size := int64(len(c.Entries))
	root, fromRoot := tree.root(size), tree.root(c.FromSize)
	leaf := tlog.RecordHash(c.Entries[c.Index])

	inclusion, err := tlog.ProveRecord(size, c.Index, tree)
	must(err)
	consistency, err := tlog.ProveTree(size, c.FromSize, tree)
	must(err)
	v := verdict{
		Root: root[:], FromRoot: fromRoot[:],
		Inclusion: bytesOf(inclusion), Consistency: bytesOf(consistency),
		AcceptsInclusion:      tlog.CheckRecord(hashesOf(c.Inclusion), size, root, c.Index, leaf) == nil,
		AcceptsBadInclusion:   tlog.CheckRecord(hashesOf(c.BadInclusion), size, root, c.Index, leaf) == nil,
		AcceptsConsistency:    tlog.CheckTree(hashesOf(c.Consistency), size, root, c.FromSize, fromRoot) == nil,
		AcceptsBadConsistency: tlog.CheckTree(hashesOf(c.BadConsistency), size, root, c.FromSize, fromRoot) == nil,
		GoLogKey:              keys.log.vkey, GoWitnessKey: keys.witness.vkey,
	}
	opened, err := note.Open([]byte(c.Note), note.VerifierList(ecdsaVerifier(c.LogKey), cosignatureVerifier(c.WitnessKey)))
	if err != nil {
		v.NoteError = err.Error()
		return v
	}
	v.NoteText = opened.Text
	for _, s := range opened.Sigs {
		v.NoteSigners = append(v.NoteSigners, s.Name)
	}
	signed, err := note.Sign(&note.Note{Text: opened.Text}, keys.log, keys.stranger, keys.witness)
	must(err)
	v.GoNote = string(signed)
	return v
}

// memoryTree keeps tlog's stored hashes.
type memoryTree []tlog.Hash

func newTree(entries [][]byte) memoryTree {
	var tree memoryTree
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, tree)
		must(err)
		tree = append(tree, hashes...)
	}
	return tree
}

func (t memoryTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = t[index]
	}
	return hashes, nil
}

func (t memoryTree) root(size int64) tlog.Hash {
	root, err := tlog.TreeHash(size, t)
	must(err)
	return root
}

func hashesOf(raw [][]byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(raw))
	for i := range raw {
		copy(hashes[i][:], raw[i])
	}
	return hashes
}

func bytesOf(hashes []tlog.Hash) [][]byte {
	raw := make([][]byte, len(hashes))
	for i := range hashes {
		raw[i] = append([]byte(nil), hashes[i][:]...)
	}
	return raw
}

// noteKey is a note.Verifier and, with sign set, a note.Signer, for types that x/mod does not know.
type noteKey struct {
	name   string
	hash   uint32
	vkey   string
	sign   func(text []byte) ([]byte, error)
	verify func(text, signature []byte) bool
}

func (k noteKey) Name() string                     { return k.name }
func (k noteKey) KeyHash() uint32                  { return k.hash }
func (k noteKey) Sign(text []byte) ([]byte, error) { return k.sign(text) }
func (k noteKey) Verify(text, signature []byte) bool {
	return k.verify(text, signature)
}

// ecdsaVerifier: signed-note type 0x02. The key id is the truncated SHA-256 of the SPKI alone.
func ecdsaVerifier(vkey string) noteKey {
	name, id, key := splitKey(vkey, 0x02)
	digest := sha256.Sum256(key)
	requireID(id, digest[:])
	parsed, err := x509.ParsePKIXPublicKey(key)
	must(err)
	public := parsed.(*ecdsa.PublicKey)
	return noteKey{name: name, hash: id, vkey: vkey, verify: func(text, signature []byte) bool {
		digest := sha256.Sum256(text)
		return ecdsa.VerifyASN1(public, digest[:], signature)
	}}
}

// cosignatureVerifier: tlog-cosignature, type 0x04.
func cosignatureVerifier(vkey string) noteKey {
	name, id, key := splitKey(vkey, 0x04)
	digest := sha256.Sum256(append([]byte(name+"\n\x04"), key...))
	requireID(id, digest[:])
	return noteKey{name: name, hash: id, vkey: vkey, verify: func(text, signature []byte) bool {
		if len(signature) != 8+ed25519.SignatureSize {
			return false
		}
		time := binary.BigEndian.Uint64(signature)
		return ed25519.Verify(ed25519.PublicKey(key), cosigned(time, text), signature[8:])
	}}
}

func cosigned(time uint64, text []byte) []byte {
	return []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text))
}

type keys struct {
	log, witness noteKey
	stranger     note.Signer
}

func newKeys() keys {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	spki, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	must(err)
	spkiDigest := sha256.Sum256(spki)
	logKey := ecdsaVerifier(joinKey("go.example/log", spkiDigest[:], 0x02, spki))
	logKey.sign = func(text []byte) ([]byte, error) {
		digest := sha256.Sum256(text)
		return ecdsa.SignASN1(rand.Reader, private, digest[:])
	}

	public, secret, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	id := sha256.Sum256(append([]byte("go.example/witness\n\x04"), public...))
	witness := cosignatureVerifier(joinKey("go.example/witness", id[:], 0x04, public))
	witness.sign = func(text []byte) ([]byte, error) {
		time := uint64(1679315147)
		stamp := make([]byte, 8)
		binary.BigEndian.PutUint64(stamp, time)
		return append(stamp, ed25519.Sign(secret, cosigned(time, text))...), nil
	}

	strangerKey, _, err := note.GenerateKey(rand.Reader, "go.example/stranger")
	must(err)
	stranger, err := note.NewSigner(strangerKey)
	must(err)
	return keys{log: logKey, witness: witness, stranger: stranger}
}

func joinKey(name string, digest []byte, kind byte, key []byte) string {
	typed := append([]byte{kind}, key...)
	return fmt.Sprintf("%s+%08x+%s", name, digest[:4], base64.StdEncoding.EncodeToString(typed))
}

func splitKey(vkey string, kind byte) (string, uint32, []byte) {
	parts := strings.SplitN(vkey, "+", 3)
	var id uint32
	_, err := fmt.Sscanf(parts[1], "%08x", &id)
	must(err)
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if typed[0] != kind {
		log.Fatalf("%s: type %d, not %d", vkey, typed[0], kind)
	}
	return parts[0], id, typed[1:]
}

func requireID(id uint32, digest []byte) {
	if id != binary.BigEndian.Uint32(digest) {
		log.Fatalf("key id %08x is not that of the key", id)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
