package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 1 << 20

// DefaultScope is what an access token may do unless Config says otherwise:
// everything that the sandbox serves.
const DefaultScope = "ZohoCRM.modules.ALL ZohoCRM.users.ALL ZohoCRM.org.ALL ZohoCRM.settings.ALL ZohoCRM.notifications.ALL ZohoSearch.securesearch.READ"

// Config says what a Sandbox holds and how it behaves. The zero value is an
// empty CRM without faults or limits on concurrency.
type Config struct {
	// Records are the CRM's records; see ParseRecords. They are copied.
	Records Records
	// Credentials are those that the accounts server accepts. An empty field becomes
	// random, an empty data center "us".
	Credentials Credentials
	// Scope is the scope of the refresh token and of the codes of Code, as names separated
	// by spaces or commas. Empty means DefaultScope.
	Scope string
	// RedirectURI is the address that a server-based client has registered: a code is
	// exchanged only with it. Empty means a self client, which has none.
	RedirectURI string
	// Elsewhere is the data center that the client belongs to, if this is the accounts
	// server of another one: it refuses the client and names the other as location.
	Elsewhere string
	// Tags are tags of a module, by its name, in addition to those that its records have.
	Tags map[string][]string
	// WebhookFailures are the webhooks of workflow rules that failed, in Zoho's form.
	WebhookFailures []map[string]any
	// Now returns the time, for the life of tokens and the journal. Nil means
	// time.Now.
	Now func() time.Time
	// TokenLife is how long an access token is valid. Zero means one hour.
	TokenLife time.Duration
	// Faults makes the CRM misbehave. Nil means that it never does.
	Faults *Faults
	// Concurrency is the number of CRM calls served at the same time; further calls
	// get 429. Zero means no limit.
	Concurrency int
	// APIDomain is the address of the API in a token answer. Empty means the address of
	// the request, because the Sandbox is both accounts server and API.
	APIDomain string
	// APIHost is the host that CRM calls must use. At any other host no access token is
	// valid, and the answer is a bare 401, as from an API of the wrong data center or
	// environment. Empty means any host.
	APIHost string
	// MixedStatus is the HTTP status of a remove_tags answer that has both
	// successes and errors. Zero means 200.
	MixedStatus int
	// Answers chooses among the forms in which Zoho may answer.
	Answers Answers
	// SearchLag is the time after New until a search finds records, because Zoho's index
	// lags behind new records.
	SearchLag time.Duration
	// ReadOnly names modules whose records the user may read but not change: the
	// answer to remove_tags is NO_PERMISSION.
	ReadOnly []string
	// OnRemove is called for each new entry of the journal, in order and never
	// concurrently. It must not call the Sandbox.
	OnRemove func(Entry)
}

// Answers selects between forms of an answer that differ between Zoho's documentation, its
// API descriptions and what people observed. The zero value follows the documentation.
type Answers struct {
	// ErrorsInData puts an error of a whole remove_tags call into an element of "data",
	// without an id.
	ErrorsInData bool
	// BadIDs is how an answer to remove_tags names the id that an error is about. With any
	// form but the zero one, text that is not an id is an error of its own element only.
	BadIDs BadIDs
	// NumericIDs writes the ids of records as JSON numbers.
	NumericIDs bool
}

// BadIDs is how an error names an id of the call.
type BadIDs string

// The ways to name an id: itself, its place in the request's JSON ("$.ids[1]"), or its
// number among the ids, from 0.
const (
	BadIDsByID    BadIDs = ""
	BadIDsByPath  BadIDs = "json_path"
	BadIDsByIndex BadIDs = "resource_path_index"
)

// Credentials are what a client needs to get an access token.
type Credentials struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
	DataCenter   string `json:"data_center"`
	// Environment is "", production, sandbox or developer. The Sandbox itself is the same
	// for all of them.
	Environment string `json:"environment,omitempty"`
}

// Sandbox is a simulated Zoho: accounts and CRM on one address. It is safe for
// use by several goroutines.
type Sandbox struct {
	config      Config
	credentials Credentials

	made     time.Time
	mu       sync.Mutex
	store    *store
	tokens   tokens
	channels []*Channel
	journal  []Entry
	requests Requests
	inFlight int
	sequence uint64
}

// New returns a Sandbox that holds a copy of the records in config.
func New(config Config) *Sandbox {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.TokenLife <= 0 {
		config.TokenLife = time.Hour
	}
	if config.Scope == "" {
		config.Scope = DefaultScope
	}
	if config.MixedStatus == 0 {
		config.MixedStatus = http.StatusOK
	}
	sb := &Sandbox{
		config:      config,
		credentials: config.Credentials,
		store:       newStore(config.Records),
		made:        config.Now(),
	}
	fill(&sb.credentials.ClientID, func() string { return "1000." + strings.ToUpper(randomHex(15)) })
	fill(&sb.credentials.ClientSecret, func() string { return randomHex(21) })
	fill(&sb.credentials.RefreshToken, newToken)
	fill(&sb.credentials.DataCenter, func() string { return "us" })
	sb.tokens = tokens{codes: map[string]grantCode{}}
	sb.tokens.add(sb.credentials.RefreshToken, config.Scope)
	return sb
}

// Credentials returns what the accounts server accepts.
func (sb *Sandbox) Credentials() Credentials { return sb.credentials }

// Tags returns the names of a record's tags, in order, and whether there is such
// a record.
func (sb *Sandbox) Tags(module, id string) ([]string, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	rec := sb.store.find(module, id)
	if rec == nil {
		return nil, false
	}
	return append([]string{}, rec.tags...), true
}

// Record returns a copy of a record's fields as they were given, with "id" as a
// string and "Tag" as a []string of its current tags, and whether there is such a
// record.
func (sb *Sandbox) Record(module, id string) (map[string]any, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	rec := sb.store.find(module, id)
	if rec == nil {
		return nil, false
	}
	fields := make(map[string]any, len(rec.fields)+2)
	for name, value := range rec.fields {
		fields[name] = clone(value)
	}
	fields["id"] = rec.id
	fields["Tag"] = append([]string{}, rec.tags...)
	return fields, true
}

// ServeHTTP answers as Zoho does: the accounts server under /oauth/v2/, the CRM under /crm/.
func (sb *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	switch {
	case path == "/oauth/v2/token":
		sb.serveToken(w, r)
	case strings.HasPrefix(path, "/crm/"):
		sb.serveCRM(w, r)
	default:
		refuse(invalidURL).write(w)
	}
}

func fill(value *string, make func() string) {
	if *value == "" {
		*value = make()
	}
}

// newToken returns a token in the form of Zoho's access and refresh tokens.
func newToken() string { return "1000." + randomHex(16) + "." + randomHex(16) }

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
