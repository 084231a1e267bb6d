// A minimal server on x/crypto/ssh: the strongest peer in one process that Debian has. Two users'
// ways in, one kind of channel.
//
//	server ADDRESS HOST_KEY AUTHORIZED_KEY PASSWORD [lies]
//
// With the last word its host key's signatures are wrong.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
)

// A liar signs something else.
type liar struct{ ssh.Signer }

func (l liar) Sign(random io.Reader, data []byte) (*ssh.Signature, error) {
	return l.Signer.Sign(random, append(data, 0))
}

func config(keyFile, authorizedFile, password string) *ssh.ServerConfig {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		log.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		log.Fatal(err)
	}
	text, err = os.ReadFile(authorizedFile)
	if err != nil {
		log.Fatal(err)
	}
	authorized, _, _, _, err := ssh.ParseAuthorizedKey(text)
	if err != nil {
		log.Fatal(err)
	}
	refused := fmt.Errorf("refused")
	c := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
			if bytes.Equal(k.Marshal(), authorized.Marshal()) {
				return nil, nil
			}
			return nil, refused
		},
		PasswordCallback: func(_ ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
			if string(p) == password {
				return nil, nil
			}
			return nil, refused
		},
		KeyboardInteractiveCallback: func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err == nil && len(answers) == 1 && answers[0] == password {
				return nil, nil
			}
			return nil, refused
		},
	}
	if len(os.Args) > 5 {
		key = liar{key}
	}
	c.AddHostKey(key)
	return c
}

// What a terminal shows: keys come back, Enter prints a prompt, exit ends.
func terminal(channel ssh.Channel) {
	line := ""
	key := make([]byte, 256)
	fmt.Fprint(channel, "$ ")
	for {
		n, err := channel.Read(key)
		if err != nil {
			return
		}
		for _, k := range key[:n] {
			switch {
			case k == '\r' && line == "exit":
				return
			case k == '\r':
				fmt.Fprint(channel, "\r\n$ ")
				line = ""
			case k == 0x7f:
				fmt.Fprint(channel, "\b \b")
			default:
				channel.Write([]byte{k})
				line += string(rune(k))
			}
		}
	}
}

// "zero N" prints so many bytes, "cat" what it reads, anything else itself.
func program(channel ssh.Channel, command string) {
	var count int64
	if n, _ := fmt.Sscanf(command, "zero %d", &count); n == 1 {
		piece := make([]byte, 32768)
		for count > 0 {
			if count < int64(len(piece)) {
				piece = piece[:count]
			}
			n, err := channel.Write(piece)
			if err != nil {
				return
			}
			count -= int64(n)
		}
	} else if command == "cat" {
		io.Copy(channel, channel)
	} else {
		fmt.Fprintln(channel, command)
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request) {
	end := func() {
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
		channel.Close()
	}
	for request := range requests {
		switch request.Type {
		case "pty-req":
			request.Reply(true, nil)
		case "shell":
			request.Reply(true, nil)
			go func() { terminal(channel); end() }()
		case "exec":
			var command struct{ Text string }
			ssh.Unmarshal(request.Payload, &command)
			request.Reply(true, nil)
			go func() { program(channel, command.Text); end() }()
		default:
			request.Reply(false, nil)
		}
	}
}

func serve(raw net.Conn, c *ssh.ServerConfig) {
	connection, channels, requests, err := ssh.NewServerConn(raw, c)
	if err != nil {
		raw.Close()
		return
	}
	defer connection.Close()
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		if asked.ChannelType() != "session" {
			asked.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := asked.Accept()
		if err == nil {
			go session(channel, requests)
		}
	}
}

func main() {
	c := config(os.Args[2], os.Args[3], os.Args[4])
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection, c)
	}
}
