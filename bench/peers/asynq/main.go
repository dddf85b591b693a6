// The same gateway on asynq: HTTP in, a queue in Redis, HTTP to a backend, the answer kept in Redis.
//
//	asynq PORT REDIS BACKEND WORKERS
//
// With 0 workers it only accepts.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

type submission struct {
	Payload json.RawMessage `json:"payload"`
}

var ended atomic.Int64

func main() {
	port, redis, backend := os.Args[1], os.Args[2], os.Args[3]
	workers, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	connection := asynq.RedisClientOpt{Addr: redis, PoolSize: 128}
	if workers > 0 {
		work(connection, backend, workers)
	}
	client := asynq.NewClient(connection)
	http.HandleFunc("POST /api/v1/submit", func(w http.ResponseWriter, r *http.Request) { submit(client, w, r) })
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") })
	http.HandleFunc("GET /ended", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, ended.Load()) })
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}

func submit(client *asynq.Client, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var s submission
	if err == nil {
		err = json.Unmarshal(body, &s)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	info, err := client.EnqueueContext(r.Context(), asynq.NewTask("job", s.Payload), asynq.Retention(time.Hour))
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer := fmt.Sprintf(`{"correlation_id":"%[1]s","status":"PENDING","submitted_at":"%[2]s","links":{"status":"/api/v1/status/%[1]s",`+
		`"response":"/api/v1/response/%[1]s","cancel":"/api/v1/requests/%[1]s"}}`,
		info.ID, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, answer)
}

func work(connection asynq.RedisClientOpt, backend string, workers int) {
	caller := &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConns: workers, MaxIdleConnsPerHost: workers},
	}
	server := asynq.NewServer(connection, asynq.Config{Concurrency: workers, LogLevel: asynq.WarnLevel})
	err := server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		call, err := http.NewRequestWithContext(ctx, "POST", backend, bytes.NewReader(task.Payload()))
		if err != nil {
			return err
		}
		call.Header.Set("Content-Type", "application/json")
		answer, err := caller.Do(call)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		result, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the backend answered %d", answer.StatusCode)
		}
		if _, err = task.ResultWriter().Write(result); err == nil {
			ended.Add(1)
		}
		return err
	}))
	if err != nil {
		log.Fatal(err)
	}
}
