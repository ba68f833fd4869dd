// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * messages.vi.cfg: the texts that go out. Called by the loader. Whether the texts that the
 * desk needs are all there, and fit one SMS, is said by texts_check() of the desk.
 */
#include "config/load.h"

#include "gateway/base/str.h"

void load_messages(struct loader *l, const config_t *cfg)
{
    const config_setting_t *group = load_only_list(l, cfg, "messages", CONFIG_TYPE_GROUP);
    if (!group)
        return;
    size_t n = (size_t)config_setting_length(group);
    struct message_text *texts = arena_array(l->arena, n + 1, sizeof(texts[0]));
    if (!texts) {
        load_no_memory(l);
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        struct message_text *m = &texts[kept];
        const char *text = config_setting_type(s) == CONFIG_TYPE_STRING ? config_setting_get_string(s) : NULL;
        if (!text)
            load_bad(l, false, s, "the text '%.60s' must be in quotes", config_setting_name(s));
        else if (str_copy(m->key, sizeof(m->key), config_setting_name(s)) < 0)
            load_bad(l, false, s, "the name '%.60s' is too long: at most 39 letters", config_setting_name(s));
        else if (!(m->text = arena_str(l->arena, text)))
            load_no_memory(l);
        else
            texts[kept++].line = (int)config_setting_source_line(s);
    }
    l->c->messages = texts;
    l->c->n_messages = kept;
}
