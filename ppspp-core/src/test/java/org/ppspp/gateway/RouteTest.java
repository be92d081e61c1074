package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteTest {
    private static final AccessToken TOKEN = new AccessToken("0123456789abcdef");

    @Test
    void leadsToWhatThereIs() {
        Map<String, Route> routes = Map.ofEntries(
                Map.entry("/", new Route.Asset("index.html")),
                Map.entry("/?theme=dark", new Route.Asset("index.html")),
                Map.entry("/page.js", new Route.Asset("page.js")),
                Map.entry("/status.json", new Route.Status()),
                Map.entry("/events", new Route.Events()),
                Map.entry("/live.ts", new Route.Content(null)),
                Map.entry("/content/film.mp4", new Route.Content("film.mp4")),
                Map.entry("/content/a%20b%2fc%C3%A9", new Route.Content("a b/cé")),
                Map.entry("/hls/index.m3u8", new Route.Playlist(null)),
                Map.entry("/hls/x/index.m3u8", new Route.Playlist("x")),
                Map.entry("/hls/x/12.ts", new Route.Segment("x", 12)));
        routes.forEach((path, route) -> {
            assertThat(Route.parse(path, null)).as(path).isEqualTo(route);
            assertThat(Route.parse('/' + TOKEN.text() + path, TOKEN)).as(path).isEqualTo(route);
            assertThat(Route.parse(path, TOKEN)).as("%s without token", path).isNull();
        });
        assertThat(Route.parse('/' + TOKEN.text(), TOKEN)).isEqualTo(new Route.Folder());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "film",
                "//",
                "/content",
                "/content/",
                "/content//film",
                "/content/film/",
                "/content/../status.json",
                "/./status.json",
                "/status.json/",
                "/STATUS.JSON",
                "/page.js%00",
                "/content/a%0d%0aSet-Cookie:x",
                "/content/%",
                "/content/%2",
                "/content/%zz",
                "/content/%ff",
                "/content/%c0%ae%c0%ae",
                "/content/%ed%a0%80",
                "/content/a b",
                "/content/é",
                "/hls/x/-1.ts",
                "/hls/x/1.TS",
                "/hls/x/1.ts.ts",
                "/hls/x/99999999999999.ts",
                "/hls/x/１.ts",
                "/hls/x/y/1.ts",
                "/hls//1.ts"
            })
    void thereIsNothingElse(String target) {
        assertThat(Route.parse(target, null)).isNull();
        assertThat(Route.parse('/' + TOKEN.text() + target, TOKEN))
                .satisfiesAnyOf(
                        route -> assertThat(route).isNull(),
                        route -> assertThat(target).isIn("", "//"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/0123456789abcdeF/", "/0123456789abcde/", "/0123456789abcdef0/", "//0123456789abcdef/", "/"})
    void anotherTokenLeadsNowhere(String target) {
        assertThat(Route.parse(target, TOKEN)).isNull();
    }

    @Test
    void longTargetsLeadNowhere() {
        String name = "a".repeat(Route.MAX_TARGET_CHARS - "/content/".length());
        assertThat(Route.parse("/content/" + name, null)).isEqualTo(new Route.Content(name));
        assertThat(Route.parse("/content/" + name + 'a', null)).isNull();
    }

    @Test
    void everyNameHasAPathThatLeadsToIt() {
        for (int seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder name = new StringBuilder();
            while (name.length() < 1 + seed % 20) {
                int c = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
                if (!Character.isISOControl(c) && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                    name.appendCodePoint(c);
                }
            }
            String path = "/content/" + Route.encode(name.toString());
            assertThat(path).matches("[A-Za-z0-9/%._~-]+");
            assertThat(Route.parse(path, null)).as("seed %d", seed).isEqualTo(new Route.Content(name.toString()));
        }
    }
}
