package org.ppspp.architecture;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AccessibleObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of {@code docs/conformance.md}, and what is wrong with it. Classes are looked up among the sources of all modules,
 * methods by reflection where this module sees the class and in its source otherwise.
 */
final class ConformanceTable {
    private static final Pattern ROW = Pattern.compile("\\|\\s*(R-\\S+)\\s*\\|(.*)\\|\\s*");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final int CELLS = 5;

    /** What is written where a cell has nothing to say. */
    private static final String NOTHING = "–";

    /** One row: what the checklist demands, the classes that do it, the tests that prove it, and what else is to be said. */
    private record Row(String id, String level, String what, String classes, String tests, String note) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, List<Path>> sources = new HashMap<>();

    /** {@code project} is the folder of all modules. */
    ConformanceTable(String markdown, Path project) throws IOException {
        try (Stream<Path> files = Files.walk(project)) {
            files.filter(file -> file.toString().matches(".*/src/(main|test)/java/.*\\.java"))
                    .forEach(file -> sources.computeIfAbsent(simpleName(file), name -> new ArrayList<>())
                            .add(file));
        }
        markdown.lines().forEach(this::parse);
    }

    private static String simpleName(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private void parse(String line) {
        Matcher matcher = ROW.matcher(line);
        if (!matcher.matches()) {
            return;
        }
        List<String> cells = Arrays.stream(matcher.group(2).split("\\|", -1))
                .map(String::strip)
                .toList();
        if (cells.size() != CELLS) {
            problems.add(matcher.group(1) + " has " + cells.size() + " cells behind its id");
            return;
        }
        rows.add(new Row(matcher.group(1), cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4)));
    }

    /** Everything wrong with the table, given the level of each row there must be; empty if it is good. */
    List<String> problems(Map<String, String> levels) throws IOException {
        List<String> found = new ArrayList<>(problems);
        Map<String, Row> seen = new LinkedHashMap<>();
        for (Row row : rows) {
            if (seen.put(row.id(), row) != null) {
                found.add(row.id() + " is there twice");
            }
            String level = levels.get(row.id());
            if (level == null) {
                found.add(row.id() + " is no row of the checklist");
            } else if (!level.equals(row.level())) {
                found.add(row.id() + " is a " + level + ", not a " + row.level());
            }
            check(row, found);
        }
        for (String id : levels.keySet()) {
            if (!seen.containsKey(id)) {
                found.add(id + " is missing");
            }
        }
        return found;
    }

    private void check(Row row, List<String> found) throws IOException {
        List<String> classes = names(row.classes());
        List<String> tests = names(row.tests());
        if (row.what().isEmpty()) {
            found.add(row.id() + " does not say what it is about");
        }
        if (tests.isEmpty() && (row.note().isEmpty() || row.note().equals(NOTHING))) {
            found.add(row.id() + " has neither a test nor a reason");
        }
        if (classes.isEmpty() != tests.isEmpty()) {
            found.add(row.id() + " needs both a class and a test, or neither");
        }
        for (String name : classes) {
            if (find(name, "main").isEmpty()) {
                found.add(row.id() + ": there is no class " + name);
            }
        }
        for (String test : tests) {
            checkTest(row.id(), test, found);
        }
    }

    private void checkTest(String id, String test, List<String> found) throws IOException {
        int hash = test.indexOf('#');
        String type = hash < 0 ? test : test.substring(0, hash);
        String method = test.substring(hash + 1);
        List<Path> files = find(type, "test");
        if (hash < 0) {
            found.add(id + ": " + test + " names no method");
        } else if (files.isEmpty()) {
            found.add(id + ": there is no test class " + type);
        } else {
            for (Path file : files) {
                if (tests(file, method)) {
                    return;
                }
            }
            found.add(id + ": " + type + " has no test " + method);
        }
    }

    private static List<String> names(String cell) {
        return CODE.matcher(cell).results().map(match -> match.group(1)).toList();
    }

    private List<Path> find(String simpleName, String tree) {
        return sources.getOrDefault(simpleName, List.of()).stream()
                .filter(file -> file.toString().contains("/src/" + tree + "/java/"))
                .toList();
    }

    private static boolean tests(Path file, String name) throws IOException {
        Class<?> type = load(file);
        if (type == null) {
            Pattern declared = Pattern.compile("@\\w*Test\\b(?:(?!\\bvoid\\b)[^;])*\\bvoid " + name + "\\(");
            return declared.matcher(Files.readString(file)).find();
        }
        Stream<AccessibleObject> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .map(AccessibleObject.class::cast);
        // ArchUnit's rules are fields.
        Stream<AccessibleObject> fields = Arrays.stream(type.getDeclaredFields())
                .filter(field -> field.getName().equals(name))
                .map(AccessibleObject.class::cast);
        return Stream.concat(methods, fields)
                .flatMap(member -> Arrays.stream(member.getAnnotations()))
                .map(Annotation::annotationType)
                .anyMatch(annotation -> annotation.getSimpleName().endsWith("Test"));
    }

    /** The class of a source file, or null if it belongs to a module that this one does not see. */
    private static @Nullable Class<?> load(Path file) {
        String path = file.toString();
        String name = path.substring(path.indexOf("/java/") + "/java/".length(), path.length() - ".java".length());
        try {
            return Class.forName(name.replace('/', '.'), false, ConformanceTable.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
