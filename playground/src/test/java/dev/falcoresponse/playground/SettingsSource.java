package dev.falcoresponse.playground;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.falcoresponse.playground.SettingTable.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Reads the settings from the source of the interfaces that map them: names, defaults, and the comments that explain them. */
final class SettingsSource {
    private static final List<Setting> ALL = read(Documentation.HOME);

    private final DocTrees trees;
    private final Map<String, String> constants = new HashMap<>();
    private final List<Setting> settings = new ArrayList<>();

    private SettingsSource(DocTrees trees) {
        this.trees = trees;
    }

    /** All settings, those of every function first. */
    static List<Setting> all() {
        return ALL;
    }

    private static List<Setting> read(Path home) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of(), null, files.getJavaFileObjectsFromPaths(sources(home)));
            SettingsSource source = new SettingsSource(DocTrees.instance(task));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            units.forEach(unit -> source.new Constants().scan(unit, null));
            units.forEach(unit -> source.new Mappings().scan(unit, null));
            return List.copyOf(source.settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> sources(Path home) throws IOException {
        List<Path> found = new ArrayList<>(javaFiles(home.resolve("shared/src/main/java/dev/falcoresponse/settings")));
        found.addAll(javaFiles(home.resolve("functions")));
        return found;
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*/src/main/.*\\.java"))
                    .sorted()
                    .toList();
        }
    }

    private final class Constants extends TreePathScanner<@Nullable Void, @Nullable Void> {
        @Override
        public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
            if (variable.getInitializer() instanceof LiteralTree literal && literal.getValue() instanceof String text) {
                constants.put(variable.getName().toString(), text);
            }
            return super.visitVariable(variable, null);
        }
    }

    private final class Mappings extends TreePathScanner<@Nullable Void, @Nullable Void> {
        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            argument(type.getModifiers(), "ConfigMapping").ifPresent(prefix -> {
                for (Tree member : type.getMembers()) {
                    if (member instanceof MethodTree method) {
                        settings.add(setting(prefix, method, new TreePath(getCurrentPath(), method)));
                    }
                }
            });
            return super.visitClass(type, null);
        }
    }

    private Setting setting(String prefix, MethodTree method, TreePath path) {
        String name = argument(method.getModifiers(), "WithName")
                .orElseGet(() -> method.getName().toString().replaceAll("([A-Z])", "-$1"));
        return new Setting(
                (prefix + "-" + name).replace('-', '_').toUpperCase(Locale.ROOT),
                argument(method.getModifiers(), "WithDefault")
                        .orElse(method.getReturnType().toString().startsWith("Optional") ? "none" : "required"),
                comment(Objects.requireNonNull(trees.getDocCommentTree(path), name + " has no comment")));
    }

    /** The only argument of an annotation. */
    private Optional<String> argument(ModifiersTree modifiers, String annotation) {
        return modifiers.getAnnotations().stream()
                .filter(each -> each.getAnnotationType().toString().equals(annotation))
                .findFirst()
                .map(each -> value(argument(each)));
    }

    private static ExpressionTree argument(AnnotationTree annotation) {
        ExpressionTree argument = annotation.getArguments().getFirst();
        return argument instanceof AssignmentTree assignment ? assignment.getExpression() : argument;
    }

    private String value(ExpressionTree expression) {
        String name = expression instanceof MemberSelectTree select
                ? select.getIdentifier().toString()
                : expression.toString();
        return expression instanceof LiteralTree literal
                ? String.valueOf(literal.getValue())
                : Objects.requireNonNull(constants.get(name), name);
    }

    /** As Markdown, on one line. */
    private static String comment(DocCommentTree comment) {
        return comment.getFullBody().stream()
                .map(part -> part instanceof com.sun.source.doctree.LiteralTree code
                        ? "`" + code.getBody().getBody() + "`"
                        : part.toString())
                .collect(Collectors.joining())
                .replaceAll("\\s+", " ")
                .replaceFirst("\\.$", "");
    }
}
