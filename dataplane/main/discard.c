// The discard port; nothing of data_serve is touched for its connections.
#include "dataplane/main/discard.h"

static bool is_discard(const struct data_serve *s, struct conn_id id)
{
	const struct tcp_tuple *tuple = tcp_tuple_of(s->tcp, id);

	return tuple != NULL && tuple->local_port == s->discard_port;
}

static void on_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
	const struct data_serve *s = app;

	if (tuple->local_port != s->discard_port)
		data_serve_ops.opened(app, id, tuple);
	else if (s->stopping)
		tcp_abort(s->tcp, id);
}

static void on_readable(void *app, struct conn_id id)
{
	struct data_serve *s = app;

	if (!is_discard(s, id)) {
		data_serve_ops.readable(app, id);
		return;
	}
	tcp_consume(s->tcp, id, tcp_readable(s->tcp, id));
	if (tcp_fin_received(s->tcp, id))
		tcp_close(s->tcp, id);
}

static void on_acked(void *app, struct conn_id id, uint32_t bytes)
{
	if (!is_discard(app, id))
		data_serve_ops.acked(app, id, bytes);
}

static void on_closed(void *app, struct conn_id id, enum tcp_end why)
{
	if (!is_discard(app, id))
		data_serve_ops.closed(app, id, why);
}

const struct tcp_app discard_ops = {on_opened, on_readable, on_acked, on_closed};
